using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>The elementary maps that rules on whole arrays are put together from.</summary>
internal static class Arithmetic
{
    internal readonly struct Difference : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x - y;
    }

    internal readonly struct Product : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x * y;
    }

    internal readonly struct Ratio : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x / y;
    }

    internal readonly struct Product3 : ITernaryMap
    {
        public L Invoke<L>(L x, L y, L z)
            where L : struct, ILane<L> => x * y * z;
    }

    internal readonly struct SumOfProducts : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => (x * y) + (z * w);
    }

    internal readonly struct ScaledProduct(double factor) : IBinaryMap
    {
        private readonly double factor = factor;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.Broadcast(factor) * x * y;
    }

    internal readonly struct Multiple(double factor) : IUnaryMap
    {
        private readonly double factor = factor;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => x * L.Broadcast(factor);
    }

    internal readonly struct Quotient(double divisor) : IUnaryMap
    {
        private readonly double divisor = divisor;

        public L Invoke<L>(L x)
            where L : struct, ILane<L> => x / L.Broadcast(divisor);
    }

    internal readonly struct Root : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Sqrt(x);
    }

    internal readonly struct IsZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));
    }

    internal readonly struct ExpOfDifference : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.Exp(x - y);
    }

    internal readonly struct Equality : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.IfEqual(x, y, L.Constant(1), L.Constant(0));
    }
}
