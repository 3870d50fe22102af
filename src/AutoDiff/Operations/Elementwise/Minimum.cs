using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>min(x, y). The kinks are where x = y: any weights (λ, 1 − λ) are conservative there, and Clarke for λ in [0, 1].</summary>
    /// <param name="firstWeight">λ; that of the selections if null.</param>
    public readonly struct Minimum(double? firstWeight) : IBinaryRule<Minimum>
    {
        private readonly Choice<double> firstWeight = firstWeight;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("minimum", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static Minimum Select(Minimum rule, Selections selections) => new(rule.firstWeight.Or(selections.GetValue(Maximum.FirstWeight)));

        /// <inheritdoc/>
        public static L Kink<L>(Minimum rule, L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Kink(x, y);

        /// <inheritdoc/>
        public static L Tangent<L>(Minimum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Tangent(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfFirst<L>(Minimum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.LockedSlopeOfFirst(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfSecond<L>(Minimum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Constant(1) - LockedSlopeOfFirst(rule, x, y, dx, dy);

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.Min(x, y);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.SlopeOfFirst(x, y, firstWeight.GetValueOrDefault());

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.SlopeOfSecond(x, y, firstWeight.GetValueOrDefault());

        private readonly struct Preference : IPreference
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static L Of<L>(L x, L y)
                where L : struct, ILane<L> => L.Min(x, y);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static L IfPreferred<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfGreater(y, x, a, b);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The smaller of two.</content>
    public static partial class Operations
    {
        /// <summary>min(x, y), elementwise; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The first argument.</param>
        /// <param name="y">The second.</param>
        /// <param name="firstWeight">The weight of x where x = y; that of the selections if null. y gets the rest.</param>
        public static Var<T> Minimum<T>(this Var<T> x, Var<T> y, double? firstWeight = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, Minimum>(new Minimum(firstWeight)), x, y);
    }
}
