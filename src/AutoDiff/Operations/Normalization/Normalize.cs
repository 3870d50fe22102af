using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>(x − μ)/√(σ² + ε) · scale + shift, with mean and variance of each group: batch and layer normalisation in one pass forward and two back.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="shape">How the input is cut into groups.</param>
/// <param name="statistics">The shape of mean and variance, aligned with the input at its last axis.</param>
/// <param name="affine">The shape of scale and shift, aligned likewise.</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="meanForCaller">Where μ is written for the caller, or the default value.</param>
/// <param name="varianceForCaller">Where σ² (over n, not n − 1) is written for the caller, or the default value.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct Normalize<T>(NormalizationShape shape, Shape statistics, Shape affine, double epsilon, NDArray<T> meanForCaller, NDArray<T> varianceForCaller) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NormalizationShape shape = shape;
    private readonly Shape statistics = statistics;
    private readonly Shape affine = affine;
    private readonly double epsilon = epsilon;
    private readonly NDArray<T> meanForCaller = meanForCaller;
    private readonly NDArray<T> varianceForCaller = varianceForCaller;
    private NDArray<T> x;
    private NDArray<T> scale;
    private NDArray<T> mean;
    private NDArray<T> variance;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("normalize", TameClass.SemiAlgebraic);

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        if (shape.Count == 0)
            throw new ArgumentException($"normalize: an input of shape {recording.Input(0).Shape} is empty; mean and variance need at least one element.");
        x = recording.ContiguousInput(0);
        scale = recording.ContiguousInput(1);
        mean = recording.Rent(statistics);
        variance = recording.Rent(statistics);
        NDArray<T> y = recording.Rent(x.Shape);
        recording.Device.Normalize(shape, x, scale, recording.ContiguousInput(2), epsilon, y, mean, variance);
        if (!meanForCaller.IsNone)
            recording.Device.Copy(mean, meanForCaller.Reshape(statistics));
        if (!varianceForCaller.IsNone)
            recording.Device.Copy(variance, varianceForCaller.Reshape(statistics));
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        NDArray<T> dScale = context.Rent(scale.Shape), dShift = context.Rent(scale.Shape), dx = default;
        bool accumulate = false;
        if (context.Needs(0))
            dx = context.InputCotangent(0, out accumulate);
        context.Device.NormalizePullback(shape, x, mean, variance, scale, epsilon, context.Cotangent, dx, accumulate, dScale, dShift);
        Add(context, 1, dScale);
        Add(context, 2, dShift);
        context.Return(dShift);
        context.Return(dScale);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        // With u = (x − μ)/√(σ² + ε), the pullback is that of the standardised input at w = v·scale, Σ v·u for the scale and Σ v for the shift.
        Device device = context.Device;
        NDArray<T> v = context.Cotangent, u = context.Rent(x.Shape), inverse = context.Rent(statistics);
        Standardized(device, u, inverse);
        if (context.Moves(0))
        {
            NDArray<T> moved = context.Rent(x.Shape);
            Standardization.Project(device, statistics, inverse, u, context.Tangent(0), moved);
            if (context.Needs(1))
            {
                NDArray<T> product = context.Rent(x.Shape), sum = context.Rent(affine);
                device.Map2(default(Arithmetic.Product), v, moved, product);
                device.Reduce(default(Sum), product, sum);
                Add(context.Pullback, 1, sum);
                context.Return(sum);
                context.Return(product);
            }

            if (context.Needs(0))
            {
                NDArray<T> w = context.Rent(x.Shape), target = context.InputCotangent(0, out bool accumulate);
                device.Map2(default(Arithmetic.Product), v, scale.Reshape(affine), w);
                Standardization.MoveProjection(device, statistics, inverse, u, moved, context.Tangent(0), w, target, accumulate);
                context.Return(w);
            }

            context.Return(moved);
        }

        if (context.Moves(1) && context.Needs(0))
        {
            NDArray<T> w = context.Rent(x.Shape), target = context.InputCotangent(0, out bool accumulate);
            device.Map2(default(Arithmetic.Product), v, context.Tangent(1).Reshape(affine), w);
            Standardization.Project(device, statistics, inverse, u, w, w);
            device.Copy(w, target, accumulate);
            context.Return(w);
        }

        context.Return(inverse);
        context.Return(u);
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> u = context.Rent(x.Shape), inverse = context.Rent(statistics), tangent = context.OutputTangent;
        Standardized(device, u, inverse);
        bool moved = context.Moves(0);
        if (moved)
        {
            Standardization.Project(device, statistics, inverse, u, context.Tangent(0), tangent);
            device.Map2(default(Arithmetic.Product), tangent, scale.Reshape(affine), tangent);
        }

        if (context.Moves(1))
        {
            device.Map2(default(Arithmetic.Product), u, Column(context, 1, out NDArray<T> copy), tangent, moved);
            context.ReturnCopy(copy);
            moved = true;
        }

        if (context.Moves(2))
        {
            device.Copy(Column(context, 2, out NDArray<T> copy).BroadcastTo(tangent.Shape), tangent, moved);
            context.ReturnCopy(copy);
        }

        context.Return(inverse);
        context.Return(u);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;

    private readonly NDArray<T> Column(in TangentContext<T> context, int index, out NDArray<T> copy) => context.ContiguousTangent(index, out copy).Reshape(affine);

    private readonly void Standardized(Device device, in NDArray<T> u, in NDArray<T> inverse)
    {
        device.Map(new Standardization.InverseRoot(epsilon), variance, inverse);
        device.Map2(default(Arithmetic.Difference), x, mean, u);
        device.Map2(default(Arithmetic.Product), u, inverse, u);
    }

    private static void Add(in PullbackContext<T> context, int index, in NDArray<T> part)
    {
        if (!context.Needs(index))
            return;
        NDArray<T> target = context.InputCotangent(index, out bool accumulate);
        context.Device.Copy(part.Reshape(target.Shape), target, accumulate);
    }
}
