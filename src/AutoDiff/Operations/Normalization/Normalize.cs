using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>
/// (x − μ)/√(σ² + ε) · scale + shift, with mean and variance of each group. This is batch and layer normalisation in one forward and two backward passes.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="shape">How the input is divided into groups.</param>
/// <param name="statistics">The shape of mean and variance, aligned with the input at its last axis.</param>
/// <param name="affine">The shape of scale and shift, aligned in the same way.</param>
/// <param name="epsilon">ε, above 0.</param>
/// <param name="meanForCaller">The caller's destination of μ, or the default value.</param>
/// <param name="varianceForCaller">The caller's destination of σ² (over n, not n − 1), or the default value.</param>
public struct Normalize<T>(NormalizationShape shape, Shape statistics, Shape affine, double epsilon, NDArray<T> meanForCaller, NDArray<T> varianceForCaller)
    : ISmoothRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape statistics = statistics;
    private readonly Shape affine = affine;
    private NDArray<T> x;
    private NDArray<T> scale;
    private NDArray<T> mean;
    private NDArray<T> variance;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("normalize", TameClass.SemiAlgebraic) { HasFiniteSlopes = true, PassesOnNonFinite = true };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        if (shape.Count == 0)
            throw new ArgumentException($"normalize: an input of shape {recording.Input(0).Shape} is empty; mean and variance need at least one element.");
        Device device = recording.Device;
        x = recording.ContiguousInput(0);
        scale = recording.ContiguousInput(1);
        mean = recording.Rent(statistics);
        variance = recording.Rent(statistics);
        NDArray<T> y = recording.Rent(x.Shape);
        device.Normalize(shape, x, scale, recording.ContiguousInput(2), epsilon, y, mean, variance);
        if (!meanForCaller.IsNone)
            device.Copy(mean, meanForCaller.Reshape(statistics));
        if (!varianceForCaller.IsNone)
            device.Copy(variance, varianceForCaller.Reshape(statistics));
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        if (InFloat.Asks<T>())
        {
            PullbackInFloat(context);
            return;
        }

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
        NDArray<T> dx = context.Moves(0) ? context.Tangent(0) : default, dScale = context.Moves(1) ? context.Tangent(1).Reshape(affine) : default;
        if (context.Moves(0) && context.Needs(1))
        {
            NDArray<T> target = context.InputCotangent(1, out bool accumulate).Reshape(affine);
            InFloat.Compute(context.Device, new ScaleMoved(this, context.Selections), target, accumulate, x, mean, variance, scale, dx, context.Cotangent);
        }

        if (context.Needs(0) && (context.Moves(0) || context.Moves(1)))
        {
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            InFloat.Compute(context.Device, new InputMoved(this, context.Selections), target, accumulate, x, mean, variance, scale, dx, dScale,
                context.Cotangent);
        }
    }

    Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => input == 0
        ? Dependence.Grouped(x.Shape, statistics, statistics, x.Shape)
        : Dependence.Grouped(affine, affine, affine, x.Shape);

    readonly bool IVectorises<T>.CanVectorise(in Examples<T> of) =>
    shape.Outer == 1 && !shape.IsScaledByGroup && meanForCaller.IsNone && varianceForCaller.IsNone && statistics.Rank == of.Output.Rank
    && !of.VariesFrom(1);

    readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of)
    {
        NormalizationShape groups = shape with { Groups = checked(shape.Groups * of.Count) };
        Normalize<T> rule = new(groups, Examples<T>.Led(of.Count, statistics), affine, epsilon, default, default);
        return of.Tape.Record(rule, of[0], of[1], of[2]);
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        NDArray<T> dScale = context.Moves(1) ? context.ContiguousTangent(1, out NDArray<T> scaleCopy).Reshape(affine) : Nothing(out scaleCopy);
        NDArray<T> dShift = context.Moves(2) ? context.ContiguousTangent(2, out NDArray<T> shiftCopy).Reshape(affine) : Nothing(out shiftCopy);
        InFloat.Compute(context.Device, new TangentFormula(this, context.Selections), context.OutputTangent, false, x, mean, variance, scale, context.Moves(0)
            ? context.Tangent(0)
            : default, dScale, dShift);
        context.ReturnCopy(scaleCopy);
        context.ReturnCopy(shiftCopy);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        if (!InFloat.Asks<T>())
        {
            return context.Device.Count(default(IsNotFinite), variance) > 0
                ? context.MarkWhole(true, ObstacleKind.Overflows)
                : context.MarkWhole(HiddenSpread.IsMet(x.Reshape(context.Output.Shape), mean, variance), ObstacleKind.SpreadIsRounding);
        }

        // For Half the stored variance is rounded, while the computation runs in float.
        Device device = context.Device;
        NDArray<float> wideX = InFloat.Widened(device, x), wideScale = InFloat.Widened(device, scale), means = device.Allocate<float>(statistics),
            variances = device.Allocate<float>(statistics);
        Moments(device, wideX, wideScale, means, variances);
        bool isHidden = HiddenSpread.IsMet(wideX.Reshape(context.Output.Shape), means, variances);
        device.Return(variances);
        device.Return(means);
        device.Return(wideScale);
        device.Return(wideX);
        return context.MarkWhole(isHidden, ObstacleKind.SpreadIsRounding);
    }

    private static NDArray<T> Nothing(out NDArray<T> copy)
    {
        copy = default;
        return default;
    }

    private static void Add(in PullbackContext<T> context, int index, in NDArray<T> part)
    {
        if (!context.Needs(index))
            return;
        NDArray<T> target = context.InputCotangent(index, out bool accumulate);
        context.Device.Copy(part.Reshape(target.Shape), target, accumulate);
    }

    private static void Add(in PullbackContext<T> context, int index, in NDArray<float> part)
    {
        if (!context.Needs(index))
        {
            context.Device.Return(part);
            return;
        }

        NDArray<T> target = context.InputCotangent(index, out bool accumulate);
        InFloat.Round(context.Device, part.Reshape(target.Shape), target, accumulate);
    }

    // Recomputes mean and variance: the stored ones are rounded, and a variance in Half easily becomes infinite.
    private readonly void Moments<W>(Device device, in NDArray<W> input, in NDArray<W> factor, in NDArray<W> means, in NDArray<W> variances)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> normalized = device.Allocate<W>(input.Shape);
        device.Normalize(shape, input, factor, factor, epsilon, normalized, means, variances);
        device.Return(normalized);
    }

    private readonly void PullbackInFloat(in PullbackContext<T> context)
    {
        Device device = context.Device;
        NDArray<float> wideX = InFloat.Widened(device, x), wideScale = InFloat.Widened(device, scale), dy = InFloat.Widened(device, context.Cotangent);
        NDArray<float> means = device.Allocate<float>(statistics), variances = device.Allocate<float>(statistics), dScale = device.Allocate<float>(scale.Shape),
            dShift = device.Allocate<float>(scale.Shape);
        Moments(device, wideX, wideScale, means, variances);
        NDArray<float> dx = context.Needs(0) ? device.Allocate<float>(x.Shape) : default;
        device.NormalizePullback(shape, wideX, means, variances, wideScale, epsilon, dy, dx, false, dScale, dShift);
        if (context.Needs(0))
            Add(context, 0, dx);
        Add(context, 1, dScale);
        Add(context, 2, dShift);
        device.Return(variances);
        device.Return(means);
        device.Return(dy);
        device.Return(wideScale);
        device.Return(wideX);
    }

    // u = (x − μ)/√(σ² + ε) and 1/√(σ² + ε), from x, μ, σ² and the scale.
    private readonly void Standardized<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> u, in NDArray<W> inverse)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        if (InFloat.Asks<T>())
            Moments(device, inputs[0], inputs[3], inputs[1], inputs[2]);
        device.Map(new Standardization.InverseRoot(epsilon), inputs[2], inverse);
        device.Map2(default(Arithmetic.Difference), inputs[0], inputs[1], u);
        device.Map2(default(Arithmetic.Product), u, inverse, u);
    }

    // Inputs: x, μ, σ², the scale and the tangents of x, scale and shift; the default value for a missing tangent.
    private readonly struct TangentFormula(Normalize<T> rule, Selections selections) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> scale = inputs[3], dx = inputs[4], dScale = inputs[5], dShift = inputs[6], u = device.Allocate<W>(inputs[0].Shape),
                inverse = device.Allocate<W>(rule.statistics);
            rule.Standardized(device, inputs, u, inverse);
            bool moved = !dx.IsNone;
            if (moved)
            {
                Standardization.Project(device, selections, inverse, u, dx, destination);
                device.Carry(selections, default(Arithmetic.CarriedProduct), destination, scale.Reshape(rule.affine), destination);
            }

            if (!dScale.IsNone)
            {
                device.Carry(selections, default(Arithmetic.CarriedProduct), dScale, u, destination, moved);
                moved = true;
            }

            if (!dShift.IsNone)
                device.Copy(dShift.BroadcastTo(destination.Shape), destination, moved);
            device.Return(inverse);
            device.Return(u);
        }
    }

    // The pullback is that of the standardised input at w = v·scale, Σ v·u for the scale and Σ v for the shift; this differentiates the second. Inputs: x, μ,
    // σ², the scale, ẋ and v.
    private readonly struct ScaleMoved(Normalize<T> rule, Selections selections) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> u = device.Allocate<W>(inputs[0].Shape), inverse = device.Allocate<W>(rule.statistics), moved = device.Allocate<W>(u.Shape);
            rule.Standardized(device, inputs, u, inverse);
            Standardization.Project(device, selections, inverse, u, inputs[4], moved);
            device.Carry(selections, default(Arithmetic.ProductOfCarried), inputs[5], moved, moved);
            device.Reduce(default(Sum), moved, destination, accumulate);
            device.Return(moved);
            device.Return(inverse);
            device.Return(u);
        }
    }

    // This differentiates the first, along the tangents of x and of the scale. Inputs: x, μ, σ², the scale, the tangents of x and scale (the default value for
    // a missing one) and v.
    private readonly struct InputMoved(Normalize<T> rule, Selections selections) : IArrayFormula
    {
        public void Compute<W>(Device device, ReadOnlySpan<NDArray<W>> inputs, in NDArray<W> destination, bool accumulate)
            where W : unmanaged, IBinaryFloatingPointIeee754<W>
        {
            NDArray<W> scale = inputs[3], dx = inputs[4], dScale = inputs[5], v = inputs[6];
            NDArray<W> u = device.Allocate<W>(inputs[0].Shape), inverse = device.Allocate<W>(rule.statistics), w = device.Allocate<W>(u.Shape);
            rule.Standardized(device, inputs, u, inverse);
            if (!dx.IsNone)
            {
                NDArray<W> moved = device.Allocate<W>(u.Shape);
                Standardization.Project(device, selections, inverse, u, dx, moved);
                device.Carry(selections, default(Arithmetic.CarriedProduct), v, scale.Reshape(rule.affine), w);
                Standardization.MoveProjection(device, selections, inverse, u, moved, dx, w, destination, accumulate);
                device.Return(moved);
                accumulate = true;
            }

            if (!dScale.IsNone)
            {
                device.Carry(selections, default(Arithmetic.ProductOfCarried), v, dScale, w);
                Standardization.Project(device, selections, inverse, u, w, destination, accumulate);
            }

            device.Return(w);
            device.Return(inverse);
            device.Return(u);
        }
    }
}
