using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>x − log Σ exp(x) over one axis: the logarithm of the softmax, without leaving the logarithms.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct LogSoftmax<T>(int axis) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int axis = axis;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("log-softmax", TameClass.LogExp) { Curvature = Curvature.Concave, OnBoundedSets = TameClass.GloballySubanalytic };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
        NDArray<T> row = recording.Device.Allocate<T>(x.Shape.With(axis, 1));
        LogSumExp<T>.Compute(recording.Device, x, row, y);
        recording.Device.Map2(default(Arithmetic.Difference), x, row, y);
        recording.Device.Return(row.Storage);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> row = context.Rent(context.Output.Shape.With(axis, 1));
        context.Device.Reduce(default(Sum), context.Cotangent, row);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(default(LessShare), context.Output, context.Cotangent, row, target, accumulate);
        context.Return(row);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> row = context.Rent(context.Output.Shape.With(axis, 1));
        context.Device.Reduce(default(Sum), context.Cotangent, row);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(default(LessShareMoved), context.Output, context.OutputTangent, row, target, accumulate);
        context.Return(row);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> weighted = context.Rent(context.Output.Shape), row = context.Rent(weighted.Shape.With(axis, 1));
        context.Device.Map2(default(Weighted), context.Output, context.Tangent(0), weighted);
        context.Device.Reduce(default(Sum), weighted, row);
        context.Device.Map2(default(Arithmetic.Difference), context.Tangent(0), row, context.OutputTangent);
        context.Return(row);
        context.Return(weighted);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;

    internal readonly struct LessShare : ITernaryMap
    {
        public L Invoke<L>(L y, L cotangent, L total)
            where L : struct, ILane<L> => cotangent - (L.Exp(y) * total);
    }

    internal readonly struct Weighted : IBinaryMap
    {
        public L Invoke<L>(L y, L tangent)
            where L : struct, ILane<L> => L.Exp(y) * tangent;
    }

    internal readonly struct LessShareMoved : ITernaryMap
    {
        public L Invoke<L>(L y, L tangent, L total)
            where L : struct, ILane<L> => -(L.Exp(y) * tangent * total);
    }
}

/// <content>The logarithm of the softmax.</content>
public static partial class Operations
{
    /// <summary>x − log Σ exp(x) over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    public static Var<T> LogSoftmax<T>(this Var<T> x, int axis = -1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSoftmax<T>(x.Shape.Axis(axis)));
}
