using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
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
        device.Map(new Standardization.InverseRoot(epsilon), row, inverseDeviation);
        device.Map2(default(Arithmetic.Product), y, inverseDeviation, y);
        device.Return(row.Storage);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        if (!accumulate)
        {
            Standardization.Project(context.Device, statistics, inverseDeviation, context.Output, context.Cotangent, target);
            return;
        }

        NDArray<T> pulled = context.Rent(context.Output.Shape);
        Standardization.Project(context.Device, statistics, inverseDeviation, context.Output, context.Cotangent, pulled);
        context.Device.Copy(pulled, target, accumulate);
        context.Return(pulled);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        Standardization.MoveProjection(context.Device, statistics, inverseDeviation, context.Output, context.OutputTangent, context.Tangent(0), context.Cotangent, target, accumulate);
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context) =>
        Standardization.Project(context.Device, statistics, inverseDeviation, context.Output, context.Tangent(0), context.OutputTangent);

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;
}
