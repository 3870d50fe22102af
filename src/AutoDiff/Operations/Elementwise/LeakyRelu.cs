using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x for x > 0, otherwise a·x. The only kink is at 0, where every slope between a and 1 is a Clarke subgradient.</summary>
    /// <param name="slope">a.</param>
    /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number is conservative.</param>
    public readonly struct LeakyRelu(double slope, double? slopeAtZero) : IUnaryRule<LeakyRelu>, IHasCurvature
    {
        private readonly double slope = slope;
        private readonly Choice<double> slopeAtZero = slopeAtZero;

        /// <summary>The slope at 0, between a and 1.</summary>
        public static SelectionKey<SideSelection> AtZero { get; } = new("leaky relu at 0", SideSelection.Left, nameof(Selections.LeakyReluAtZero))
        {
            Meaning = "the slope, or the side whose slope it is",
            Clarke = ClarkeSet.Sides,
            PyTorch = new(SideSelection.Left, "tools/autograd/derivatives.yaml, `leaky_relu_backward`"),
            Jax = new(SideSelection.Right, "jax/_src/nn/functions.py, `leaky_relu`: `where` x ≥ 0"),
            TensorFlow = new(SideSelection.Left, "tensorflow/core/kernels/relu_op_functor.h, `LeakyReluGrad`: a strict comparison"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("leaky relu", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            IsSmooth = false,
            IsPolyhedral = true
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static LeakyRelu Select(LeakyRelu rule, Selections selections) =>
            new(rule.slope, rule.slope == 1 ? 1 : rule.slopeAtZero.Or(selections.GetValue(AtZero).Between(rule.slope, 1)));

        /// <inheritdoc/>
        public static L Kink<L>(LeakyRelu rule, L x)
            where L : struct, ILane<L> => rule.slope != 1 ? L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0)) : L.Constant(0);

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(LeakyRelu rule, L x, L value, L tangent)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x), L.Constant(0), L.Constant(1), L.Broadcast(rule.slope)));

        /// <inheritdoc/>
        public Curvature Curvature => slope <= 1 ? Curvature.Convex : Curvature.Concave;

        /// <inheritdoc/>
        public Monotonicity Monotonicity => slope >= 0 ? Monotonicity.Increasing : Monotonicity.Unknown;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, L.Broadcast(slope) * x);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x,
                L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Broadcast(slopeAtZero.GetValueOrDefault()), L.Broadcast(slope))));
    }
}

namespace ConservativeAD
{
    /// <content>leaky relu.</content>
    public static partial class Operations
    {
        /// <summary>x for x > 0, otherwise a·x, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="slope">a, the slope below 0.</param>
        /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number.</param>
        public static Var<T> LeakyRelu<T>(this Var<T> x, double slope = 0.01, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, LeakyRelu>(new LeakyRelu(slope, slopeAtZero)));
    }
}
