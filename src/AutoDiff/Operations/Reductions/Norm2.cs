using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>‖x‖₂ over one axis or all. One kink, at the origin, where the Clarke set is the unit ball.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0; every axis if null.</param>
/// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
/// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; the selections' if null.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct Norm2<T>(int? axis, bool keepAxis, double? lengthAtZero) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReducedAxes axes = new(axis, keepAxis);
    private readonly double? lengthAtZero = lengthAtZero;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("norm2", TameClass.SemiAlgebraic) { IsSmooth = false, Curvature = Curvature.Convex };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
        recording.Device.Reduce(default(SumOfSquares), x, axes.WithAxes(y, x.Shape));
        recording.Device.Map(default(Arithmetic.Root), y, y);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        double atZero = (lengthAtZero ?? context.Selections.Norm2AtZero) / Math.Sqrt(Math.Max(1, axes.Length(target.Shape)));
        context.Device.Map3(new Radial(atZero), context.Input(0), axes.WithAxes(context.Output, target.Shape), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;

        // At the origin x moves to t·ẋ, where the gradient is ẋ/‖ẋ‖.
        NDArray<T> x = context.Input(0), moved = context.Rent(x.Shape), norm = context.Rent(context.Output.Shape);
        NDArray<T> norms = axes.WithAxes(norm, x.Shape);
        context.Device.Map3(default(MovedFromOrigin), x, axes.WithAxes(context.Output, x.Shape), context.Tangent(0), moved);
        context.Device.Reduce(default(SumOfSquares), moved, norms);
        context.Device.Map(default(Arithmetic.Root), norm, norm);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(new Radial(0), moved, norms, axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
        context.Return(norm);
        context.Return(moved);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> x = context.Input(0), change = context.Rent(x.Shape);
        context.Device.Map4(default(RadialMoved), x, axes.WithAxes(context.Output, x.Shape), context.Tangent(0), axes.WithAxes(context.OutputTangent, x.Shape), change);
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(default(Arithmetic.Product), change, axes.WithAxes(context.Cotangent, x.Shape), target, accumulate);
        context.Return(change);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> x = context.Input(0), dx = context.Tangent(0), product = context.Rent(x.Shape), length = context.Rent(context.Output.Shape);
        NDArray<T> dy = context.OutputTangent;
        context.Device.Map2(default(Arithmetic.Product), x, dx, product);
        context.Device.Reduce(default(Sum), product, axes.WithAxes(dy, x.Shape));
        context.Device.Reduce(default(SumOfSquares), dx, axes.WithAxes(length, x.Shape));
        context.Device.Map3(default(OneSided), context.Output, dy, length, dy);
        context.Return(length);
        context.Return(product);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map(default(Arithmetic.IsZero), context.Output, marks);
        return marks;
    }

    internal readonly struct Radial(double atZero) : ITernaryMap
    {
        private readonly double atZero = atZero;

        public L Invoke<L>(L x, L norm, L cotangent)
            where L : struct, ILane<L> => cotangent * L.IfEqual(norm, L.Constant(0), L.Broadcast(atZero), x / norm);
    }

    internal readonly struct MovedFromOrigin : ITernaryMap
    {
        public L Invoke<L>(L x, L norm, L tangent)
            where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), tangent, x);
    }

    internal readonly struct OneSided : ITernaryMap
    {
        public L Invoke<L>(L norm, L product, L squaredLength)
            where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), L.Sqrt(squaredLength), product / norm);
    }

    internal readonly struct RadialMoved : IQuaternaryMap
    {
        public L Invoke<L>(L x, L norm, L tangent, L normTangent)
            where L : struct, ILane<L> => L.IfEqual(norm, L.Constant(0), L.Constant(0), (tangent - (x / norm * normTangent)) / norm);
    }
}

/// <content>The ℓ₂ norm.</content>
public static partial class Operations
{
    /// <summary>‖x‖₂ of all elements, as a value of rank 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; the selections' if null. Clarke in [−1, 1].</param>
    public static Var<T> Norm2<T>(this Var<T> x, double? lengthAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm2<T>(null, false, lengthAtZero));

    /// <summary>‖x‖₂ over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
    /// <param name="lengthAtZero">The length of the gradient at the origin, along (1, …, 1)/√n; the selections' if null. Clarke in [−1, 1].</param>
    public static Var<T> Norm2<T>(this Var<T> x, int axis, bool keepAxis = false, double? lengthAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm2<T>(x.Shape.Axis(axis), keepAxis, lengthAtZero));
}
