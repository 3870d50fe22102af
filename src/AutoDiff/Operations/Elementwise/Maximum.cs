using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>max(x, y). The kinks are where x = y: any weights (λ, 1 − λ) are conservative there, and Clarke for λ in [0, 1].</summary>
    /// <param name="firstWeight">λ; that of the selections if null.</param>
    public readonly struct Maximum(double? firstWeight) : IBinaryRule<Maximum>
    {
        private readonly Choice<double> firstWeight = firstWeight;

        /// <summary>The weight λ of the first of two equal arguments, for <see cref="Maximum"/> and <see cref="Minimum"/>.</summary>
        public static SelectionKey<double> FirstWeight { get; } = new("maximum and minimum of two at equal arguments", 0.5,
            nameof(Selections.FirstOfPairWeight))
        {
            Meaning = "the weight of the first argument; the second has the rest",
            Clarke = ClarkeSet.PairWeight,
            PyTorch = new(0.5, "tools/autograd/derivatives.yaml, `maximum` and `minimum`: half where equal"),
            Jax = new(0.5, "jax/_src/lax/lax.py, `max_p` and `min_p`: ½ where equal"),
            TensorFlow = new(1, "tensorflow/python/ops/math_grad.py, `_MaximumGrad` and `_MinimumGrad`: ≥ and ≤"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("maximum", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static Maximum Select(Maximum rule, Selections selections) => new(rule.firstWeight.Or(selections.GetValue(FirstWeight)));

        /// <inheritdoc/>
        public static L Kink<L>(Maximum rule, L x, L y)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Kink(x, y);

        /// <inheritdoc/>
        public static L Tangent<L>(Maximum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.Tangent(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfFirst<L>(Maximum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => ExtremeOfTwo<Preference>.LockedSlopeOfFirst(x, y, dx, dy);

        /// <inheritdoc/>
        public static L LockedSlopeOfSecond<L>(Maximum rule, L x, L y, L dx, L dy)
            where L : struct, ILane<L> => L.Constant(1) - LockedSlopeOfFirst(rule, x, y, dx, dy);

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.Max(x, y);

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
                where L : struct, ILane<L> => L.Max(x, y);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static L IfPreferred<L>(L x, L y, L a, L b)
                where L : struct, ILane<L> => L.IfGreater(x, y, a, b);
        }
    }
}

namespace ConservativeAD
{
    /// <content>The larger of two.</content>
    public static partial class Operations
    {
        /// <summary>max(x, y), elementwise; the shapes broadcast.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The first argument.</param>
        /// <param name="y">The second.</param>
        /// <param name="firstWeight">The weight of x where x = y; that of the selections if null. y gets the rest.</param>
        public static Var<T> Maximum<T>(this Var<T> x, Var<T> y, double? firstWeight = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new BinaryOperation<T, Maximum>(new Maximum(firstWeight)), x, y);
    }
}
