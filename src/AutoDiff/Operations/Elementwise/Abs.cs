using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>|x|. One kink, at 0, where every slope in [−1, 1] is a Clarke subgradient.</summary>
    /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number is conservative.</param>
    public readonly struct Abs(double? slopeAtZero) : IUnaryRule<Abs>
    {
        private readonly Choice<double> slopeAtZero = slopeAtZero;

        /// <summary>The slope at 0.</summary>
        public static SelectionKey<double> AtZero { get; } = new("abs at 0", 0, nameof(Selections.AbsAtZero))
        {
            Meaning = "the slope",
            Clarke = ClarkeSet.Between(-1, 1),
            PyTorch = new(0, "tools/autograd/derivatives.yaml, `abs`: the sign"),
            Jax = new(1, "jax/_src/lax/lax.py, `_abs_jvp_rule`: the tangent itself where x ≥ 0"),
            TensorFlow = new(0, "tensorflow/python/ops/math_grad.py, `_AbsGrad`: the sign"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("abs", TameClass.SemiAlgebraic)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            IsPolyhedral = true,
            Curvature = Curvature.Convex
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static Abs Select(Abs rule, Selections selections) => new(rule.slopeAtZero.Or(selections.GetValue(AtZero)));

        /// <inheritdoc/>
        public static L Kink<L>(Abs rule, L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Abs rule, L x, L value, L tangent)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x, L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x), L.Constant(0), L.Constant(1), L.Constant(-1)));

        /// <inheritdoc/>
        public static bool OnlySelects => true;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Abs(x);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> =>
            Lane.UnlessNaN(x,
                L.IfGreater(x, L.Constant(0), L.Constant(1), L.IfEqual(x, L.Constant(0), L.Broadcast(slopeAtZero.GetValueOrDefault()), L.Constant(-1))));
    }
}

namespace ConservativeAD
{
    /// <content>abs.</content>
    public static partial class Operations
    {
        /// <summary>|x|, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number.</param>
        public static Var<T> Abs<T>(this Var<T> x, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Abs>(new Abs(slopeAtZero)));
    }
}
