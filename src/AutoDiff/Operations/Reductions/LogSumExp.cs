using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>log Σ exp(x) over one axis or all, computed around the largest element so that nothing overflows. Its gradient is the softmax.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0; every axis if null.</param>
/// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct LogSumExp<T>(int? axis, bool keepAxis) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReducedAxes axes = new(axis, keepAxis);

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("logsumexp", TameClass.LogExp)
    {
        Curvature = Curvature.Convex,
        Monotonicity = Monotonicity.Increasing,
        OnBoundedSets = TameClass.GloballySubanalytic,
    };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape)), terms = recording.Device.Allocate<T>(x.Shape);
        Compute(recording.Device, x, axes.WithAxes(y, x.Shape), terms);
        recording.Device.Return(terms.Storage);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(default(Weighted), context.Input(0), axes.WithAxes(context.Output, target.Shape), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> x = context.Input(0), change = context.Rent(x.Shape);
        context.Device.Map4(default(WeightMoved), x, axes.WithAxes(context.Output, x.Shape), context.Tangent(0), axes.WithAxes(context.OutputTangent, x.Shape), change);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(default(Arithmetic.Product), change, axes.WithAxes(context.Cotangent, x.Shape), target, accumulate);
        context.Return(change);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> x = context.Input(0), weighted = context.Rent(x.Shape);
        context.Device.Map3(default(Weighted), x, axes.WithAxes(context.Output, x.Shape), context.Tangent(0), weighted);
        context.Device.Reduce(default(Sum), weighted, axes.WithAxes(context.OutputTangent, x.Shape));
        context.Return(weighted);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;

    /// <summary>y = log Σ exp(x), where the reduced axes of y have extent 1; terms is room for as many elements as x has.</summary>
    internal static void Compute(Device device, in NDArray<T> x, in NDArray<T> y, in NDArray<T> terms)
    {
        NDArray<T> largest = device.Allocate<T>(y.Shape);
        device.Reduce(default(Largest), x, largest);
        device.Map(default(FiniteOrZero), largest, largest);
        device.Map2(default(Arithmetic.ExpOfDifference), x, largest, terms);
        device.Reduce(default(Sum), terms, y);
        device.Map2(default(LogPlus), y, largest, y);
        device.Return(largest.Storage);
    }

    internal readonly struct FiniteOrZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(L.Abs(x), L.Constant(double.PositiveInfinity), L.Constant(0), x);
    }

    internal readonly struct LogPlus : IBinaryMap
    {
        public L Invoke<L>(L sum, L largest)
            where L : struct, ILane<L> => L.Log(sum) + largest;
    }

    internal readonly struct Weighted : ITernaryMap
    {
        public L Invoke<L>(L x, L value, L factor)
            where L : struct, ILane<L> => L.Exp(x - value) * factor;
    }

    internal readonly struct WeightMoved : IQuaternaryMap
    {
        public L Invoke<L>(L x, L value, L tangent, L valueTangent)
            where L : struct, ILane<L> => L.Exp(x - value) * (tangent - valueTangent);
    }
}

/// <content>The logarithm of a sum of exponentials.</content>
public static partial class Operations
{
    /// <summary>log Σ exp(x) of all elements, as a value of rank 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    public static Var<T> LogSumExp<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSumExp<T>(null, false));

    /// <summary>log Σ exp(x) over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
    public static Var<T> LogSumExp<T>(this Var<T> x, int axis, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new LogSumExp<T>(x.Shape.Axis(axis), keepAxis));
}
