using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// The hard tanh: x limited to an interval, and outside it the nearer bound. The kinks are at the bounds, where every slope in [0, 1] is a Clarke
    /// subgradient.
    /// </summary>
    /// <param name="minimum">The lower bound, rounded to the element type.</param>
    /// <param name="maximum">The upper bound; above the lower one.</param>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct HardTanh(double minimum, double maximum, BoundSelection? atBounds) : IUnaryRule<HardTanh>
    {
        private readonly double minimum = minimum;
        private readonly double maximum = maximum;
        private readonly IdentityBetweenBounds bounds = new(minimum, maximum);
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at the two bounds.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("hardtanh at its bounds", BoundSelection.Both(0),
            nameof(Selections.HardTanhAtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(0, 1),
            PyTorch = new(BoundSelection.Both(0), "tools/autograd/derivatives.yaml, `hardtanh_backward`"),
            Jax = new(BoundSelection.Both(1), "jax/_src/nn/functions.py, `hard_tanh`: `where` with strict bounds"),
            TensorFlow = new(BoundSelection.Both(1), "tensorflow/python/ops/clip_ops.py, `clip_by_value`: a maximum of a minimum, which pass at equality"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("hardtanh", TameClass.SemiAlgebraic)
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
        public static HardTanh Select(HardTanh rule, Selections selections) => new(rule.minimum, rule.maximum, rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(HardTanh rule, L x)
            where L : struct, ILane<L> => rule.bounds.Kink(x);

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(HardTanh rule, L x, L value, L tangent)
            where L : struct, ILane<L> => rule.bounds.DirectionalSlope(x, tangent);

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => bounds.Value(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => bounds.Slope(x, atBounds.GetValueOrDefault());
    }
}

namespace ConservativeAD
{
    /// <content>hardtanh.</content>
    public static partial class Operations
    {
        /// <summary>x limited to an interval, elementwise; outside it the nearer bound.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="minimum">The lower bound, rounded to the element type.</param>
        /// <param name="maximum">The upper bound; above the lower one.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> HardTanh<T>(this Var<T> x, double minimum = -1, double maximum = 1, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
                x.Apply(new UnaryOperation<T, HardTanh>(new HardTanh(ElementType.Round<T>(Selections.Ordered(minimum, maximum).Lower),
                    ElementType.Round<T>(maximum), atBounds)));
    }
}
