using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The larger of x and y, and the other one where one is NaN. The kinks are where x = y: any weights (λ, 1 − λ) are conservative there, and Clarke for λ in
    /// [0, 1].
    /// </summary>
    /// <param name="firstWeight">λ; that of the selections if null.</param>
    public readonly struct MaximumNumber(double? firstWeight) : IBinaryRule<MaximumNumber>
    {
        private readonly Choice<double> firstWeight = firstWeight;

        /// <summary>The weight λ of the first of two equal arguments, for <see cref="MaximumNumber"/> and <see cref="MinimumNumber"/>.</summary>
        public static SelectionKey<double> FirstWeight { get; } = new("maximum and minimum of two numbers at equal arguments", 1,
            nameof(Selections.FirstOfNumbersWeight))
        {
            Meaning = "the weight of the first argument; the second has the rest",
            Clarke = ClarkeSet.PairWeight,
            PyTorch = new(1, "tools/autograd/derivatives.yaml, `fmax` and `fmin`: ≥ and ≤"),
            Jax = new(0, "jax/_src/numpy/ufuncs.py, `fmax` and `fmin`: `where` with a strict comparison"),
            TensorFlow = new(1, "it has none; as `maximum` and `minimum`: tensorflow/python/ops/math_grad.py, `_MaximumGrad` and `_MinimumGrad`"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("maximum of numbers", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static MaximumNumber Select(MaximumNumber rule, Selections selections) => new(rule.firstWeight.Or(selections.GetValue(FirstWeight)));

        /// <inheritdoc/>
        public static L Kink<L>(MaximumNumber rule, L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Kink(x, y);

        /// <inheritdoc/>
        public static L Tangent<L>(MaximumNumber rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.Tangent(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfFirst<L>(MaximumNumber rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfNumbers<Preference>.LockedSlopeOfFirst(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfSecond<L>(MaximumNumber rule, L x, L y, L dx, L dy)
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
                where L : struct, ILane<L> => L.Max(x, y);

            public static L IfPreferred<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfGreater(x, y, a, b);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The larger of two, where NaN does not count.</content>
    public static partial class Operations
    {
        /// <summary>The larger of x and y, elementwise, and the other one where one is NaN; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The first argument.</param>
        /// <param name="y">The second.</param>
        /// <param name="firstWeight">The weight of x where x = y; that of the selections if null. y gets the rest.</param>
        public static Var<T> MaximumNumber<T>(this Var<T> x, Var<T> y, double? firstWeight = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, MaximumNumber>(new MaximumNumber(firstWeight)), x, y);
    }
}
