using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>(x − μ) / √(σ² + ε), with mean and variance over some axes, or x / √(mean of x² + ε): the common part of normalisations.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="statistics">The shape of mean and variance: the input's, aligned at the last axis, with extent 1 along the axes that they are taken
/// over.</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="mean">The caller's destination of μ, or the default value.</param>
/// <param name="variance">The caller's destination of σ² (over n, not n − 1), or the default value.</param>
/// <param name="isCentred">Whether the mean is subtracted; otherwise σ² is the mean of the squares.</param>
public struct Standardize<T>(Shape statistics, double epsilon, NDArray<T> mean, NDArray<T> variance, bool isCentred = true)
    : ISmoothRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{

    // Not written for Half, whose formulas compute it anew.
    private NDArray<T> inverseDeviation;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("standardize", TameClass.SemiAlgebraic) { HasFiniteSlopes = true, PassesOnNonFinite = true };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        if (x.Count == 0)
            throw new ArgumentException($"standardize: an input of shape {x.Shape} is empty; mean and variance need at least one element.");
        NDArray<T> y = recording.Rent(x.Shape);
        inverseDeviation = recording.Rent(statistics);
        InFloat.Compute(recording.Device, new ValueFormula(epsilon, isCentred), y, false, x, inverseDeviation);
        if (!mean.IsNone)
            InFloat.Compute(recording.Device, default(MeanFormula), mean.Reshape(statistics), false, x);
        if (!variance.IsNone)
            InFloat.Compute(recording.Device, default(VarianceFormula), variance.Reshape(statistics), false, x);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        InFloat.Compute(context.Device, new JacobianFormula(epsilon, isCentred, context.Selections, InFloat.Asks<T>()), target, accumulate, InFloat.Asks<T>()
            ? context.Input(0)
            : context.Output, context.Output, inverseDeviation, context.Cotangent);
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        var formula = new JacobianMoved(epsilon, isCentred, context.Selections, InFloat.Asks<T>());
        InFloat.Compute(context.Device, formula, target, accumulate, InFloat.Asks<T>()
            ? context.Input(0)
            : context.Output, context.Output, inverseDeviation, context.Tangent(0), context.OutputTangent, context.Cotangent);
    }

    Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) =>
        Dependence.Grouped(node.Input(0).Shape, statistics, statistics, node.Output.Shape);

    bool IVectorises<T>.CanVectorise(in Examples<T> of) => mean.IsNone && variance.IsNone && statistics.Rank == of.Output.Rank;

    Var<T> IVectorises<T>.Vectorise(in Examples<T> of) =>
        of[0].Apply(new Standardize<T>(Examples<T>.Led(of.Count, statistics), epsilon, default, default, isCentred));

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context) =>
        InFloat.Compute(context.Device, new JacobianFormula(epsilon, isCentred, context.Selections, InFloat.Asks<T>()), context.OutputTangent, false,
            InFloat.Asks<T>()
            ? context.Input(0)
            : context.Output, context.Output, inverseDeviation, context.Tangent(0));

    /// <inheritdoc/>
    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        // The reciprocal of a deviation that overflowed is 0. Squares of Half do not overflow in float, where they are summed, and nothing is kept of them.
        if (!InFloat.Asks<T>() && context.Device.Count(default(Arithmetic.IsZero), inverseDeviation) > 0)
            return context.MarkWhole(true, ObstacleKind.Overflows);

        // Without a mean nothing cancels.
        if (!isCentred)
            return context.MarkWhole(false, ObstacleKind.None);
        if (!InFloat.Asks<T>())
            return context.MarkWhole(IsSpreadHidden(context.Device, context.Input(0)), ObstacleKind.SpreadIsRounding);
        NDArray<float> wide = InFloat.Widened(context.Device, context.Input(0));
        bool isHidden = IsSpreadHidden(context.Device, wide);
        context.Device.Return(wide);
        return context.MarkWhole(isHidden, ObstacleKind.SpreadIsRounding);
    }

    private readonly bool IsSpreadHidden<W>(Device device, in NDArray<W> x)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> means = device.Allocate<W>(statistics), variances = device.Allocate<W>(statistics);
        default(VarianceFormula).Compute(device, [x], variances, false);
        default(MeanFormula).Compute(device, [x], means, false);
        bool isHidden = HiddenSpread.IsMet(x, means, variances);
        device.Return(variances);
        device.Return(means);
        return isHidden;
    }

    // Inputs: x, and memory for the inverse deviation, which is kept.
    private readonly struct ValueFormula(double epsilon, bool isCentred) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W> =>
                Standardization.Standardize(device, inputs[0], epsilon, isCentred, destination, inputs[1]);
    }

    private readonly struct MeanFormula : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            device.Reduce(default(Sum), inputs[0], destination);
            device.Map(new Arithmetic.Quotient(inputs[0].Count / destination.Count), destination, destination);
        }
    }

    private readonly struct VarianceFormula : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> residual = device.Allocate<W>(inputs[0].Shape);
            default(MeanFormula).Compute(device, inputs, destination, false);
            device.Map2(default(Arithmetic.Difference), inputs[0], destination, residual);
            device.Reduce(default(SumOfSquares), residual, destination);
            device.Map(new Arithmetic.Quotient(residual.Count / destination.Count), destination, destination);
            device.Return(residual);
        }
    }

    // Inputs: x, u, the inverse deviation and the vector to project.
    private readonly struct JacobianFormula(double epsilon, bool isCentred, Selections selections, bool computesOutput) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            if (computesOutput)
                Standardization.Standardize(device, inputs[0], epsilon, isCentred, inputs[1], inputs[2]);
            Standardization.Project(device, selections, inputs[2], inputs[1], inputs[3], destination, accumulate, isCentred);
        }
    }

    // Inputs: x, u, the inverse deviation, ẋ, u̇ and the cotangent.
    private readonly struct JacobianMoved(double epsilon, bool isCentred, Selections selections, bool computesOutput) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> u = inputs[1], inverse = inputs[2], dx = inputs[3], du = inputs[4];
            if (computesOutput)
                new JacobianFormula(epsilon, isCentred, selections, true).Compute(device, [inputs[0], u, inverse, dx], du, false);
            Standardization.MoveProjection(device, selections, inverse, u, du, dx, inputs[5], destination, accumulate, isCentred);
        }
    }
}
