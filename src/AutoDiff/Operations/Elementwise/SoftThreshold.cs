using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>sign(x)·max(|x| − λ, 0): the proximal operator of λ|·|. The kinks are at ±λ, where every slope in [0, 1] is a Clarke subgradient.</summary>
    /// <param name="threshold">λ, above 0.</param>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct SoftThreshold(double threshold, BoundSelection? atBounds) : IUnaryRule<SoftThreshold>
    {
        private readonly double threshold = threshold;
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at −λ and at λ.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("soft threshold at −λ and λ", BoundSelection.Both(0),
            nameof(Selections.SoftThresholdAtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(0, 1),
            PyTorch = new(BoundSelection.Both(0), "tools/autograd/derivatives.yaml, `softshrink_backward`"),
            Jax = new(BoundSelection.Both(0), "JAXopt's `prox_lasso`, built from `relu`"),
            TensorFlow = new(BoundSelection.Both(0), "keras/src/backend/tensorflow/nn.py, `soft_shrink`, by `where`"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("soft threshold", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Monotonicity = Monotonicity.Increasing
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static SoftThreshold Select(SoftThreshold rule, Selections selections) => new(rule.threshold, rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(SoftThreshold rule, L x)
            where L : struct, ILane<L> =>
                L.IfEqual(x, L.Broadcast(-rule.threshold), L.Constant(1), L.IfEqual(x, L.Broadcast(rule.threshold), L.Constant(1), L.Constant(0)));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(SoftThreshold rule, L x, L value, L tangent)
            where L : struct, ILane<L>
        {
            L lower = L.Broadcast(-rule.threshold), upper = L.Broadcast(rule.threshold), zero = L.Constant(0);
            L inside = L.IfGreater(L.IfEqual(x, lower, tangent, x - lower), zero, L.Constant(0), L.Constant(1));
            return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, upper, tangent, x - upper), zero, L.Constant(1), inside));
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => x - L.Min(L.Max(x, L.Broadcast(-threshold)), L.Broadcast(threshold));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L lower = L.Broadcast(-threshold), upper = L.Broadcast(threshold);
            L inside = L.IfGreater(x, lower, L.Constant(0), L.IfEqual(x, lower, L.Broadcast(atBounds.GetValueOrDefault().Lower), L.Constant(1)));
            return Lane.UnlessNaN(x, L.IfGreater(x, upper, L.Constant(1), L.IfEqual(x, upper, L.Broadcast(atBounds.GetValueOrDefault().Upper), inside)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>soft threshold.</content>
    public static partial class Operations
    {
        /// <summary>sign(x)·max(|x| − λ, 0), elementwise: the proximal operator of λ|·|.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="threshold">λ, above 0.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> SoftThreshold<T>(this Var<T> x, double threshold, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                x.Apply(new UnaryOperation<T, SoftThreshold>(new SoftThreshold(ElementType.Round<T>(Selections.Positive(threshold)), atBounds)));
    }
}
