using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>The elementary maps from which rules on whole arrays are composed.</summary>
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

    /// <summary>A cotangent or tangent times a factor; 0 where the cotangent or tangent is 0, even if the factor is infinite or NaN.</summary>
    internal readonly struct CarriedProduct : IBinaryMap
    {
        public L Invoke<L>(L carried, L factor)
            where L : struct, ILane<L> => L.Absorb(carried, carried * factor);
    }

    /// <summary>The product of two cotangents or tangents; 0 where either is 0.</summary>
    internal readonly struct ProductOfCarried : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.Absorb(x, L.Absorb(y, x * y));
    }

    /// <summary>A number times a factor times a cotangent or tangent; 0 where the cotangent or tangent is 0, even if the factor is infinite or NaN.</summary>
    internal readonly struct ScaledCarriedProduct(double scale) : IBinaryMap
    {
        public L Invoke<L>(L factor, L carried)
            where L : struct, ILane<L> => L.Absorb(carried, L.Broadcast(scale) * factor * carried);
    }

    internal readonly struct Multiple(double factor) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => x * L.Broadcast(factor);
    }

    internal readonly struct Quotient(double divisor) : IUnaryMap
    {
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
