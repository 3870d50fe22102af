using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>min(max(x, 0), 6), with kinks at 0 and 6, where every slope in [0, 1] is a Clarke subgradient.</summary>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct Relu6(BoundSelection? atBounds) : IUnaryRule<Relu6>
    {
        private readonly IdentityBetweenBounds bounds = new(0, 6);
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at 0 and at 6.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("relu6 at 0 and 6", BoundSelection.Both(0), nameof(Selections.Relu6AtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(0, 1),
            PyTorch = new(BoundSelection.Both(0), "tools/autograd/derivatives.yaml, `hardtanh_backward`"),
            Jax = new(BoundSelection.Both(0), "jax/_src/nn/functions.py, `relu6`, with a derivative of its own"),
            TensorFlow = new(BoundSelection.Both(0), "tensorflow/core/kernels/relu_op_functor.h, `Relu6Grad`: strict comparisons"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("relu6", TameClass.SemiAlgebraic)
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
        public static Relu6 Select(Relu6 rule, Selections selections) => new(rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(Relu6 rule, L x)
            where L : struct, ILane<L> => rule.bounds.Kink(x);

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Relu6 rule, L x, L value, L tangent)
            where L : struct, ILane<L> => rule.bounds.DirectionalSlope(x, tangent);

        /// <inheritdoc/>
        public static bool OnlySelects => true;

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
    /// <content>relu6.</content>
    public static partial class Operations
    {
        /// <summary>min(max(x, 0), 6), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> Relu6<T>(this Var<T> x, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Relu6>(new Relu6(atBounds)));
    }
}
