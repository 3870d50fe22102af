using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>max(0, 1 − x): the hinge loss of a margin x. The only kink is at 1, where every slope in [−1, 0] is a Clarke subgradient.</summary>
    /// <param name="slopeAtKnee">The slope at 1; that of the selections if null.</param>
    public readonly struct Hinge(double? slopeAtKnee) : IUnaryRule<Hinge>
    {
        private readonly Choice<double> slopeAtKnee = slopeAtKnee;

        /// <summary>The slope at 1.</summary>
        public static SelectionKey<double> AtKnee { get; } = new("hinge at 1", 0, nameof(Selections.HingeAtKnee))
        {
            Meaning = "the slope",
            Clarke = ClarkeSet.Between(-1, 0),
            PyTorch = new(0, "as relu of 1 − x"),
            Jax = new(-0.5, "Optax's hinge loss: a maximum of 0 and 1 − x, ½ at a tie"),
            TensorFlow = new(-1, "keras/src/losses/losses.py, `hinge`: a maximum whose first argument is 1 − x"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("hinge", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Decreasing,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static Hinge Select(Hinge rule, Selections selections) => new(rule.slopeAtKnee.Or(selections.GetValue(AtKnee)));

        /// <inheritdoc/>
        public static L Kink<L>(Hinge rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(1), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Hinge rule, L x, L value, L tangent)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, L.Constant(1), tangent, x - L.Constant(1)), L.Constant(0), L.Constant(0), L.Constant(-1)));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Max(L.Constant(0), L.Constant(1) - x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x,
                L.IfGreater(x, L.Constant(1), L.Constant(0), L.IfEqual(x, L.Constant(1), L.Broadcast(slopeAtKnee.GetValueOrDefault()), L.Constant(-1))));
    }
}

namespace ConservativeAD
{
    /// <content>hinge.</content>
    public static partial class Operations
    {
        /// <summary>max(0, 1 − x), elementwise: the hinge loss of margins.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="slopeAtKnee">The slope at 1; that of the selections if null. Any real number.</param>
        public static Var<T> Hinge<T>(this Var<T> x, double? slopeAtKnee = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Hinge>(new Hinge(slopeAtKnee)));
    }
}
