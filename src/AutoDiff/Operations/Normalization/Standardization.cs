using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>The Jacobian of u = (x − μ)/√(σ² + ε) and how it moves. It is P/√(σ² + ε), symmetric, with P v = v − mean(v) − u·mean(u·v).</summary>
internal static class Standardization
{
    /// <summary>result = P v / √(σ² + ε); the result may be v's own array.</summary>
    public static void Project<T>(Device device, Shape statistics, in NDArray<T> inverseDeviation, in NDArray<T> u, in NDArray<T> v, in NDArray<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> product = device.Allocate<T>(u.Shape), sum = device.Allocate<T>(statistics), dot = device.Allocate<T>(statistics);
        Project(device, inverseDeviation, u, v, product, sum, dot, result);
        device.Return(dot.Storage);
        device.Return(sum.Storage);
        device.Return(product.Storage);
    }

    /// <summary>target = the change of P w / √(σ² + ε) when x moves along its tangent, w fixed; or added to it.</summary>
    public static void MoveProjection<T>(Device device, Shape statistics, in NDArray<T> inverseDeviation, in NDArray<T> u, in NDArray<T> uTangent, in NDArray<T> xTangent, in NDArray<T> w, in NDArray<T> target, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // 1/√(σ² + ε) changes by −⟨u, ẋ⟩/n times its square, and P with u.
        NDArray<T> product = device.Allocate<T>(u.Shape), pulled = device.Allocate<T>(u.Shape);
        NDArray<T> stretch = device.Allocate<T>(statistics), dot = device.Allocate<T>(statistics), dotMoved = device.Allocate<T>(statistics);
        Project(device, inverseDeviation, u, w, product, stretch, dot, pulled);
        MeanOfProduct(device, u, xTangent, product, stretch);
        MeanOfProduct(device, uTangent, w, product, dotMoved);
        device.Map4(default(SumOfProducts), pulled, stretch, uTangent, dot, pulled);
        device.Map4(default(LessMoved), pulled, u, dotMoved, inverseDeviation, target, accumulate);
        device.Return(dotMoved.Storage);
        device.Return(dot.Storage);
        device.Return(stretch.Storage);
        device.Return(pulled.Storage);
        device.Return(product.Storage);
    }

    private static void Project<T>(Device device, in NDArray<T> inverseDeviation, in NDArray<T> u, in NDArray<T> v, in NDArray<T> product, in NDArray<T> sum, in NDArray<T> dot, in NDArray<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MeanOfProduct(device, u, v, product, dot);
        device.Reduce(default(Sum), v, sum);
        device.Map(new Arithmetic.Quotient(u.Count / sum.Count), sum, sum);
        device.Map4(default(Projection), u, v, sum, dot, result);
        device.Map2(default(Arithmetic.Product), result, inverseDeviation, result);
    }

    private static void MeanOfProduct<T>(Device device, in NDArray<T> x, in NDArray<T> y, in NDArray<T> product, in NDArray<T> mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        device.Map2(default(Arithmetic.Product), x, y, product);
        device.Reduce(default(Sum), product, mean);
        device.Map(new Arithmetic.Quotient(x.Count / mean.Count), mean, mean);
    }

    /// <summary>1/√(σ² + ε).</summary>
    /// <param name="epsilon">ε.</param>
    public readonly struct InverseRoot(double epsilon) : IUnaryMap
    {
        private readonly double epsilon = epsilon;

        /// <inheritdoc/>
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Constant(1) / L.Sqrt(x + L.Broadcast(epsilon));
    }

    internal readonly struct Projection : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => y - z - (x * w);
    }

    // The stretch lacks the inverse deviation that the pulled cotangent has already.
    internal readonly struct SumOfProducts : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => (x * y) + (z * w);
    }

    internal readonly struct LessMoved : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => -(w * (x + (y * z)));
    }
}
