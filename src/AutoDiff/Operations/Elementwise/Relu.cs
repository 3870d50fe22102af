using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>max(x, 0). The only kink is at 0, where every slope in [0, 1] is a Clarke subgradient.</summary>
    /// <param name="slopeAtZero">relu'(0); that of the selections if null. Any real number is conservative.</param>
    public readonly struct Relu(double? slopeAtZero) : IUnaryRule<Relu>
    {
        private readonly Choice<double> slopeAtZero = slopeAtZero;

        /// <summary>relu'(0).</summary>
        public static SelectionKey<double> AtZero { get; } = new("relu at 0", 0, nameof(Selections.ReluAtZero))
        {
            Meaning = "the slope",
            Clarke = ClarkeSet.Between(0, 1),
            PyTorch = new(0, "tools/autograd/derivatives.yaml, `threshold_backward`"),
            Jax = new(0, "jax/_src/nn/functions.py, `relu`, with a derivative of its own"),
            TensorFlow = new(0, "tensorflow/core/kernels/relu_op_functor.h, `ReluGrad`: a strict comparison"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("relu", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static Relu Select(Relu rule, Selections selections) => new(rule.slopeAtZero.Or(selections.GetValue(AtZero)));

        /// <inheritdoc/>
        public static L Kink<L>(Relu rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Relu rule, L x, L value, L tangent)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, zero, tangent, x), zero, L.Constant(1), zero));
        }

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return Lane.UnlessNaN(x, L.IfGreater(x, zero, L.Constant(1), L.IfEqual(x, zero, L.Broadcast(slopeAtZero.GetValueOrDefault()), zero)));
        }
    }
}

namespace ConservativeAD
{
    /// <content>relu.</content>
    public static partial class Operations
    {
        /// <summary>max(x, 0), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="slopeAtZero">relu'(0) for this call; that of the selections if null. Any real number.</param>
        public static Var<T> Relu<T>(this Var<T> x, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Relu>(new Relu(slopeAtZero)));
    }
}
