using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>(x − μ) / √(σ² + ε), with mean and variance over some axes: what batch and layer normalisation have in common.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="statistics">The shape of mean and variance: the input's, aligned at the last axis, with extent 1 where they are taken over the axis.</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="mean">Where μ is written for the caller, or the default value.</param>
/// <param name="variance">Where σ² (over n, not n − 1) is written for the caller, or the default value.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Standardize<T>(Shape statistics, double epsilon, NDArray<T> mean, NDArray<T> variance) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape statistics = statistics;
    private readonly double epsilon = epsilon;
    private readonly NDArray<T> mean = mean;
    private readonly NDArray<T> variance = variance;
    private NDArray<T> inverseDeviation;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("standardize", TameClass.SemiAlgebraic);

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        if (x.Count == 0)
            throw new ArgumentException($"standardize: an input of shape {x.Shape} is empty; mean and variance need at least one element.");
        int n = x.Count / statistics.Count;
        Device device = recording.Device;
        NDArray<T> y = recording.Rent(x.Shape), row = device.Allocate<T>(statistics);
        inverseDeviation = recording.Rent(statistics);
        device.Reduce(default(Sum), x, row);
        device.Map(new Arithmetic.Quotient(n), row, row);
        if (!mean.IsNone)
            device.Copy(row, mean.Reshape(statistics));
        device.Map2(default(Arithmetic.Difference), x, row, y);
        device.Reduce(default(SumOfSquares), y, row);
        device.Map(new Arithmetic.Quotient(n), row, row);
        if (!variance.IsNone)
            device.Copy(row, variance.Reshape(statistics));
        device.Map(new InverseRoot(epsilon), row, inverseDeviation);
        device.Map2(default(Arithmetic.Product), y, inverseDeviation, y);
        device.Return(row.Storage);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> product = context.Rent(context.Output.Shape), sum = context.Rent(statistics), dot = context.Rent(statistics);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        Jacobian(context.Device, context.Output, context.Cotangent, product, sum, dot);
        context.Device.Copy(product, target, accumulate);
        context.Return(dot);
        context.Return(sum);
        context.Return(product);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // The Jacobian is P/√(σ² + ε) with a projection P; 1/√(σ² + ε) changes by −⟨y, ẋ⟩/n times its square, and P with y.
        if (!context.Needs(0))
            return;
        Device device = context.Device;
        NDArray<T> y = context.Output, w = context.Cotangent, product = context.Rent(y.Shape), pulled = context.Rent(y.Shape);
        NDArray<T> stretch = context.Rent(statistics), dot = context.Rent(statistics), dotMoved = context.Rent(statistics);
        Jacobian(device, y, w, pulled, stretch, dot);
        MeanOfProduct(device, y, context.Tangent(0), product, stretch);
        MeanOfProduct(device, context.OutputTangent, w, product, dotMoved);
        device.Map4(default(SumOfProducts), pulled, stretch, context.OutputTangent, dot, pulled);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        device.Map4(default(LessMoved), pulled, y, dotMoved, inverseDeviation, target, accumulate);
        context.Return(dotMoved);
        context.Return(dot);
        context.Return(stretch);
        context.Return(pulled);
        context.Return(product);
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        // The Jacobian is symmetric: a projection divided by the deviation.
        NDArray<T> sum = context.Rent(statistics), dot = context.Rent(statistics);
        Jacobian(context.Device, context.Output, context.Tangent(0), context.OutputTangent, sum, dot);
        context.Return(dot);
        context.Return(sum);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;

    private readonly void Jacobian(Device device, in NDArray<T> y, in NDArray<T> v, in NDArray<T> result, in NDArray<T> sum, in NDArray<T> dot)
    {
        int n = y.Count / statistics.Count;
        device.Map2(default(Arithmetic.Product), y, v, result);
        device.Reduce(default(Sum), result, dot);
        device.Reduce(default(Sum), v, sum);
        device.Map(new Arithmetic.Quotient(n), dot, dot);
        device.Map(new Arithmetic.Quotient(n), sum, sum);
        device.Map4(default(Projection), y, v, sum, dot, result);
        device.Map2(default(Arithmetic.Product), result, inverseDeviation, result);
    }

    private readonly void MeanOfProduct(Device device, in NDArray<T> x, in NDArray<T> y, in NDArray<T> product, in NDArray<T> mean)
    {
        device.Map2(default(Arithmetic.Product), x, y, product);
        device.Reduce(default(Sum), product, mean);
        device.Map(new Arithmetic.Quotient(x.Count / statistics.Count), mean, mean);
    }

    private readonly struct InverseRoot(double epsilon) : IUnaryMap
    {
        private readonly double epsilon = epsilon;

        public L Invoke<L>(L variance)
            where L : struct, ILane<L> => L.Constant(1) / L.Sqrt(variance + L.Constant(epsilon));
    }

    private readonly struct Projection : IQuaternaryMap
    {
        public L Invoke<L>(L y, L v, L mean, L component)
            where L : struct, ILane<L> => v - mean - (y * component);
    }

    // The stretch lacks the inverse deviation that the pulled cotangent has already.
    private readonly struct SumOfProducts : IQuaternaryMap
    {
        public L Invoke<L>(L pulled, L stretch, L outputTangent, L component)
            where L : struct, ILane<L> => (pulled * stretch) + (outputTangent * component);
    }

    private readonly struct LessMoved : IQuaternaryMap
    {
        public L Invoke<L>(L moved, L y, L component, L inverseDeviation)
            where L : struct, ILane<L> => -(inverseDeviation * (moved + (y * component)));
    }
}
