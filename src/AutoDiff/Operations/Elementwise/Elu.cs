using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>x for x > 0, otherwise α(eˣ − 1) (Clevert, Unterthiner and Hochreiter, ICLR 2016). There is a kink at 0 unless α = 1.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number is conservative.</param>
    public readonly struct Elu(double alpha, double? slopeAtZero) : IUnaryRule<Elu>
    {
        private readonly double alpha = alpha;
        private readonly Choice<double> slopeAtZero = slopeAtZero;

        /// <summary>The slope at 0, between α and 1.</summary>
        public static SelectionKey<SideSelection> AtZero { get; } = new("elu at 0", SideSelection.Left, nameof(Selections.EluAtZero))
        {
            Meaning = "the slope, or the side whose slope it is, where α ≠ 1",
            Clarke = ClarkeSet.Sides,
            PyTorch = new(SideSelection.Left, "tools/autograd/derivatives.yaml, `elu_backward`"),
            Jax = new(SideSelection.Left, "jax/_src/nn/functions.py, `elu`: `where` x > 0"),
            TensorFlow = new(SideSelection.Left, "keras/src/backend/tensorflow/nn.py, `elu`, by `where`"),
        };

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("elu", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            KeepsFinite = true,
            IsSmooth = false,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static Elu Select(Elu rule, Selections selections) =>
            new(rule.alpha, rule.alpha == 1 ? 1 : rule.slopeAtZero.Or(selections.GetValue(AtZero).Between(rule.alpha, 1)));

        /// <inheritdoc/>
        public static L Kink<L>(Elu rule, L x)
            where L : struct, ILane<L> => rule.alpha != 1 ? L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0)) : L.Constant(0);

        /// <inheritdoc/>
        public static L DirectionalSlope<L>(Elu rule, L x, L value, L tangent)
            where L : struct, ILane<L> =>
            L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x - L.Constant(0)), L.Constant(0), L.Constant(1), L.Broadcast(rule.alpha) * L.Exp(x));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), x, L.Broadcast(alpha) * Lane.ExpM1(x));

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> =>
            L.IfGreater(x, L.Constant(0), L.Constant(1),
                L.IfEqual(x, L.Constant(0), L.Broadcast(slopeAtZero.GetValueOrDefault()), L.Broadcast(alpha) * L.Exp(x)));
    }
}

namespace ConservativeAD
{
    /// <content>elu.</content>
    public static partial class Operations
    {
        /// <summary>x for x > 0, otherwise α(eˣ − 1), elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        /// <param name="alpha">α; the value approaches −α far below 0.</param>
        /// <param name="slopeAtZero">The slope at 0; that of the selections if null. Any real number.</param>
        public static Var<T> Elu<T>(this Var<T> x, double alpha = 1, double? slopeAtZero = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Elu>(new Elu(alpha, slopeAtZero)));
    }
}
