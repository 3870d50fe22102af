using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x limited to an interval; outside it the nearer bound. The kinks are at the bounds, where every slope in [0, 1] is a Clarke subgradient.
    /// </summary>
    /// <param name="minimum">The lower bound, rounded to the element type.</param>
    /// <param name="maximum">The upper bound; above the lower one.</param>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct Clamp(double minimum, double maximum, BoundSelection? atBounds) : IUnaryRule<Clamp>
    {
        private readonly double minimum = minimum;
        private readonly double maximum = maximum;
        private readonly IdentityBetweenBounds bounds = new(minimum, maximum);
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at the two bounds.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("clamp at its bounds", BoundSelection.Both(1), nameof(Selections.ClampAtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(0, 1),
            PyTorch = new(BoundSelection.Both(1), "tools/autograd/derivatives.yaml, `clamp_backward`"),
            Jax = new(BoundSelection.Both(0.5), "jax.numpy's `clip`: a minimum of a maximum, ½ at a tie"),
            TensorFlow = new(BoundSelection.Both(1), "tensorflow/python/ops/clip_ops.py, `clip_by_value`: a maximum of a minimum, which pass at equality"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("clamp", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Monotonicity = Monotonicity.Increasing,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static Clamp Select(Clamp rule, Selections selections) => new(rule.minimum, rule.maximum, rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(Clamp rule, L x)
            where L : struct, ILane<L> => rule.bounds.Kink(x);

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Clamp rule, L x, L value, L tangent)
            where L : struct, ILane<L> => rule.bounds.DirectionalSlope(x, tangent);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x)
            where L : struct, ILane<L> => bounds.Value(x);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => bounds.Slope(x, atBounds.GetValueOrDefault());
    }
}

namespace ConservativeAD
{
    /// <content>clamp.</content>
    public static partial class Operations
    {
        /// <summary>x limited to an interval, elementwise; outside it the nearer bound.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="minimum">The lower bound, rounded to the element type.</param>
        /// <param name="maximum">The upper bound; above the lower one.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> Clamp<T>(this Var<T> x, double minimum, double maximum, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                x.Apply(new UnaryOperation<T, Clamp>(new Clamp(ElementType.Round<T>(Selections.Ordered(minimum, maximum).Lower), ElementType.Round<T>(maximum),
                    atBounds)));
    }
}
