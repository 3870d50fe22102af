using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>The inverse cosine, on (−1, 1). Not locally Lipschitz at ±1.</summary>
    public readonly struct Acos : IUnaryRule<Acos>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("acos", TameClass.GloballySubanalytic)
        {
            IsLocallyLipschitz = false,
            Monotonicity = Monotonicity.Decreasing,
            IsBounded = true,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Argument;

        /// <inheritdoc/>
        public static L Kink<L>(Acos rule, L x)
            where L : struct, ILane<L> => L.IfEqual(L.Abs(x), L.Constant(1), L.Constant(1), L.Constant(0));

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Acos(x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => -(L.Constant(1) / L.Sqrt((L.Constant(1) - x) * (L.Constant(1) + x)));
    }
}

namespace ConservativeAD
{
    /// <content>acos.</content>
    public static partial class Operations
    {
        /// <summary>The inverse cosine, elementwise, in radians.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Acos<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Acos>(default));
    }
}
