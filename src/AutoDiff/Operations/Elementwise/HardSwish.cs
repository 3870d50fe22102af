using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// x·min(max(x/6 + ½, 0), 1) (Howard et al., ICCV 2019), with kinks at −3, where the slopes are 0 and −½, and at 3, where they are 3/2 and 1.
    /// </summary>
    /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers are conservative.</param>
    public readonly struct HardSwish(BoundSelection? atBounds) : IUnaryRule<HardSwish>
    {
        private readonly Choice<BoundSelection> atBounds = atBounds;

        /// <summary>The slopes at −3 and at 3.</summary>
        public static SelectionKey<BoundSelection> AtBounds { get; } = new("hard swish at −3 and 3", new BoundSelection(0, 1),
            nameof(Selections.HardSwishAtBounds))
        {
            Meaning = "the slope at each bound",
            Clarke = ClarkeSet.AtBounds(new BoundSelection(-0.5, 0), new BoundSelection(1, 1.5)),
            PyTorch = new(new BoundSelection(0, 1), "tools/autograd/derivatives.yaml, `hardswish_backward`"),
            Jax = new(new BoundSelection(0, 1), "jax/_src/nn/functions.py, `hard_silu`, built from `relu6`"),
            TensorFlow = new(new BoundSelection(0, 1), "keras/src/backend/tensorflow/nn.py, `hard_silu`, built from `relu6`"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("hard swish", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static HardSwish Select(HardSwish rule, Selections selections) => new(rule.atBounds.Or(selections.GetValue(AtBounds)));

        /// <inheritdoc/>
        public static L Kink<L>(HardSwish rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(-3), L.Constant(1), L.IfEqual(x, L.Constant(3), L.Constant(1), L.Constant(0)));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(HardSwish rule, L x, L value, L tangent)
            where L : struct, ILane<L>
        {
            L lower = L.Constant(-3), upper = L.Constant(3), zero = L.Constant(0);
            L inside = L.IfGreater(L.IfEqual(x, lower, tangent, x - lower), zero, (x + L.Constant(1.5)) / L.Constant(3), L.Constant(0));
            return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, upper, tangent, x - upper), zero, L.Constant(1), inside));
        }

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => Lane.AtLeast(x, L.Constant(-3)) * L.Min(L.Max((x + L.Constant(3)) / L.Constant(6), L.Constant(0)), L.Constant(1));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L lower = L.Constant(-3), upper = L.Constant(3);
            L inside = L.IfGreater(x, lower, (x + L.Constant(1.5)) / L.Constant(3),
                L.IfEqual(x, lower, L.Broadcast(atBounds.GetValueOrDefault().Lower), L.Constant(0)));
            return Lane.UnlessNaN(x, L.IfGreater(x, upper, L.Constant(1), L.IfEqual(x, upper, L.Broadcast(atBounds.GetValueOrDefault().Upper), inside)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>hard swish.</content>
    public static partial class Operations
    {
        /// <summary>x·min(max(x/6 + ½, 0), 1), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="atBounds">The slopes at the two bounds; those of the selections if null. Any real numbers.</param>
        public static Var<T> HardSwish<T>(this Var<T> x, BoundSelection? atBounds = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, HardSwish>(new HardSwish(atBounds)));
    }
}
