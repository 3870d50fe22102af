using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The smaller of x and y, and the other one where one is NaN. The kinks are where x = y: any weights (λ, 1 − λ) are conservative there, and Clarke for λ
    /// in [0, 1].
    /// </summary>
    /// <param name="firstWeight">λ; that of the selections if null.</param>
    public readonly struct MinimumNumber(double? firstWeight) : IBinaryRule<MinimumNumber>
    {
        private readonly Choice<double> firstWeight = firstWeight;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("minimum of numbers", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static MinimumNumber Select(MinimumNumber rule, Selections selections) =>
            new(rule.firstWeight.Or(selections.GetValue(MaximumNumber.FirstWeight)));

        /// <inheritdoc/>
        public static L Kink<L>(MinimumNumber rule, L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Kink(x, y);

        /// <inheritdoc/>
        public static L Tangent<L>(MinimumNumber rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.Tangent(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfFirst<L>(MinimumNumber rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.LockedSlopeOfFirst(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfSecond<L>(MinimumNumber rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Constant(1) - LockedSlopeOfFirst(rule, x, y, dx, dy);

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.Value(x, y);

        /// <inheritdoc/>
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.SlopeOfFirst(x, y, firstWeight.GetValueOrDefault());

        /// <inheritdoc/>
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.SlopeOfSecond(x, y, firstWeight.GetValueOrDefault());

        private readonly struct Preference : IPreference
        {
            public static L Of<L>(L x, L y)
                where L : struct, ILane<L> => L.Min(x, y);

            public static L IfPreferred<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfGreater(y, x, a, b);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The smaller of two, where NaN does not count.</content>
    public static partial class Operations
    {
        /// <summary>The smaller of x and y, elementwise, and the other one where one is NaN; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The first argument.</param>
        /// <param name="y">The second.</param>
        /// <param name="firstWeight">The weight of x where x = y; that of the selections if null. y gets the rest.</param>
        public static Var<T> MinimumNumber<T>(this Var<T> x, Var<T> y, double? firstWeight = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, MinimumNumber>(new MinimumNumber(firstWeight)), x, y);
    }
}
