using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>A power of a constant base, bˣ.</summary>
    /// <param name="b">The base, above 1.</param>
    public readonly struct ExpToBase(double b) : IUnaryRule<ExpToBase>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("exp to a base", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Convex,
            Monotonicity = Monotonicity.Increasing,
            OnBoundedSets = TameClass.GloballySubanalytic,
        };

        /// <inheritdoc/>
        public static SlopeReads Reads => SlopeReads.Value;

        /// <inheritdoc/>
        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Pow(L.Broadcast(b), x);

        /// <inheritdoc/>
        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => value * L.Log(L.Broadcast(b));
    }
}

namespace ConservativeAD
{
    /// <content>2 to a power.</content>
    public static partial class Operations
    {
        /// <summary>2ˣ, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Exp2<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, ExpToBase>(new ExpToBase(2)));
    }

    /// <content>10 to a power.</content>
    public static partial class Operations
    {
        /// <summary>10ˣ, elementwise.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument, of any shape.</param>
        public static Var<T> Exp10<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, ExpToBase>(new ExpToBase(10)));
    }
}
