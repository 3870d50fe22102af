using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>
/// The Jacobian of u = (x − μ)/√(σ² + ε) and its derivative. It is P/√(σ² + ε), symmetric, with P v = v − mean(v) − u·mean(u·v); without the mean of v if u
/// is not centred.
/// </summary>
internal static class Standardization
{
    /// <summary>Throws if ε does not keep the root of a variance of 0 away from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not above 0, or not finite.</exception>
    public static void CheckEpsilon(double epsilon)
    {
        if (!(epsilon > 0) || double.IsInfinity(epsilon))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon,
                $"normalisation: an epsilon of {epsilon} was given; it is added to the variance and must be above 0 and finite, such as 1e-5.");
    }

    /// <summary>u = (x − μ)/√(σ² + ε) and 1/√(σ² + ε), from x; about 0 instead of μ if not centred.</summary>
    public static void Standardize<T>(Device device, in NDArray<T> x, double epsilon, bool isCentred, in NDArray<T> u, in NDArray<T> inverseDeviation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = x.Count / inverseDeviation.Count;
        if (isCentred)
        {
            device.Reduce(default(Sum), x, inverseDeviation);
            device.Map(new Arithmetic.Quotient(n), inverseDeviation, inverseDeviation);
            device.Map2(default(Arithmetic.Difference), x, inverseDeviation, u);
        }
        else
            device.Copy(x, u);
        device.Reduce(default(SumOfSquares), u, inverseDeviation);
        device.Map(new Arithmetic.Quotient(n), inverseDeviation, inverseDeviation);
        device.Map(new InverseRoot(epsilon), inverseDeviation, inverseDeviation);
        device.Map2(default(Arithmetic.Product), u, inverseDeviation, u);
    }

    /// <summary>result = P v / √(σ² + ε), or adds it to result; result may be the array of v.</summary>
    public static void Project<T>(Device device, Selections selections, in NDArray<T> inverseDeviation, in NDArray<T> u, in NDArray<T> v, in NDArray<T> result,
        bool accumulate = false, bool isCentred = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NDArray<T> projected = device.Allocate<T>(u.Shape), sum = device.Allocate<T>(inverseDeviation.Shape), dot = device.Allocate<T>(inverseDeviation.Shape);
        MeanOfProduct(device, selections, v, u, projected, dot);
        if (isCentred)
            Mean(device, v, sum);
        else
            device.Fill(sum, T.Zero);
        device.Carry(selections, default(Projection), u, v, sum, dot, projected);
        device.Carry(selections, default(Arithmetic.CarriedProduct), projected, inverseDeviation, result, accumulate);
        device.Return(dot);
        device.Return(sum);
        device.Return(projected);
    }

    /// <summary>target = the derivative of P w / √(σ² + ε) along the tangent of x with w fixed, or adds it to target.</summary>
    public static void MoveProjection<T>(Device device, Selections selections, in NDArray<T> inverseDeviation, in NDArray<T> u, in NDArray<T> uTangent,
        in NDArray<T> xTangent, in NDArray<T> w, in NDArray<T> target, bool accumulate, bool isCentred = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The derivative of 1/√(σ² + ε) is −⟨u, ẋ⟩/n times its square; P changes through u.
        Shape statistics = inverseDeviation.Shape;
        NDArray<T> product = device.Allocate<T>(u.Shape), pulled = device.Allocate<T>(u.Shape);
        NDArray<T> stretch = device.Allocate<T>(statistics), dot = device.Allocate<T>(statistics), dotMoved = device.Allocate<T>(statistics);
        Project(device, selections, inverseDeviation, u, w, pulled, false, isCentred);
        MeanOfProduct(device, selections, w, u, product, dot);
        MeanOfProduct(device, selections, xTangent, u, product, stretch);
        device.Carry(selections, default(Arithmetic.ProductOfCarried), uTangent, w, product);
        Mean(device, product, dotMoved);
        device.Carry(selections, default(SumOfProducts), pulled, stretch, uTangent, dot, pulled);
        device.Carry(selections, default(LessMoved), pulled, u, dotMoved, inverseDeviation, target, accumulate);
        device.Return(dotMoved);
        device.Return(dot);
        device.Return(stretch);
        device.Return(pulled);
        device.Return(product);
    }

    private static void MeanOfProduct<T>(Device device, Selections selections, in NDArray<T> carried, in NDArray<T> factor, in NDArray<T> product,
        in NDArray<T> mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        device.Carry(selections, default(Arithmetic.CarriedProduct), carried, factor, product);
        Mean(device, product, mean);
    }

    private static void Mean<T>(Device device, in NDArray<T> x, in NDArray<T> mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        device.Reduce(default(Sum), x, mean);
        device.Map(new Arithmetic.Quotient(x.Count / mean.Count), mean, mean);
    }

    public readonly struct InverseRoot(double epsilon) : IUnaryMap
    {
        /// <inheritdoc/>
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Constant(1) / L.Sqrt(x + L.Broadcast(epsilon));
    }

    internal readonly struct Projection : IQuaternaryMap
    {
        public L Invoke<L>(L u, L v, L mean, L dot)
            where L : struct, ILane<L> => v - mean - L.Absorb(dot, u * dot);
    }

    // The stretch lacks the factor of the inverse deviation that the pulled cotangent already has.
    internal readonly struct SumOfProducts : IQuaternaryMap
    {
        public L Invoke<L>(L pulled, L stretch, L moved, L dot)
            where L : struct, ILane<L> => L.Absorb(pulled, L.Absorb(stretch, pulled * stretch)) + L.Absorb(moved, L.Absorb(dot, moved * dot));
    }

    internal readonly struct LessMoved : IQuaternaryMap
    {
        public L Invoke<L>(L pulled, L u, L dotMoved, L inverseDeviation)
            where L : struct, ILane<L>
        {
            L sum = pulled + L.Absorb(dotMoved, u * dotMoved);
            return L.Absorb(sum, -(inverseDeviation * sum));
        }
    }
}
