using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>min(max(x/6 + ½, 0), 1), with kinks at −3 and 3, where every slope in [0, 1/6] is a Clarke subgradient.</summary>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct HardSigmoid(BoundSelection? atBounds) : IUnaryRule<HardSigmoid>
    {
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at −3 and at 3.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("hard sigmoid at −3 and 3", BoundSelection.Both(0),
            nameof(Selections.HardSigmoidAtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(0, 1.0 / 6),
            PyTorch = new(BoundSelection.Both(0), "tools/autograd/derivatives.yaml, `hardsigmoid_backward`"),
            Jax = new(BoundSelection.Both(0), "jax/_src/nn/functions.py, `hard_sigmoid`, built from `relu6`"),
            TensorFlow = new(BoundSelection.Both(0), "keras/src/backend/tensorflow/nn.py, `hard_sigmoid`, built from `relu6`"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("hard sigmoid", TameClass.SemiAlgebraic)
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
        public static HardSigmoid Select(HardSigmoid rule, Selections selections) => new(rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(HardSigmoid rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(-3), L.Constant(1), L.IfEqual(x, L.Constant(3), L.Constant(1), L.Constant(0)));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(HardSigmoid rule, L x, L value, L tangent)
            where L : struct, ILane<L>
        {
            L lower = L.Constant(-3), upper = L.Constant(3), zero = L.Constant(0);
            L inside = L.IfGreater(L.IfEqual(x, lower, tangent, x - lower), zero, L.Constant(1.0 / 6), L.Constant(0));
            return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, upper, tangent, x - upper), zero, L.Constant(0), inside));
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Min(L.Max((x + L.Constant(3)) / L.Constant(6), L.Constant(0)), L.Constant(1));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L lower = L.Constant(-3), upper = L.Constant(3);
            L inside = L.IfGreater(x, lower, L.Constant(1.0 / 6), L.IfEqual(x, lower, L.Broadcast(atBounds.GetValueOrDefault().Lower), L.Constant(0)));
            return Lane.UnlessNaN(x, L.IfGreater(x, upper, L.Constant(0), L.IfEqual(x, upper, L.Broadcast(atBounds.GetValueOrDefault().Upper), inside)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>hard sigmoid.</content>
    public static partial class Operations
    {
        /// <summary>min(max(x/6 + ½, 0), 1), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> HardSigmoid<T>(this Var<T> x, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, HardSigmoid>(new HardSigmoid(atBounds)));
    }
}
