using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>‖x‖₁ over one axis or all: kinks where an element is 0, with slopes in [−1, 1].</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0; every axis if null.</param>
/// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
/// <param name="slopeAtZero">abs'(0); the selections' if null.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct Norm1<T>(int? axis, bool keepAxis, double? slopeAtZero) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReducedAxes axes = new(axis, keepAxis);
    private readonly double? slopeAtZero = slopeAtZero;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("norm1", TameClass.SemiAlgebraic) { IsSmooth = false, Curvature = Curvature.Convex };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        NDArray<T> y = recording.Rent(axes.OutputShape(x.Shape));
        recording.Device.Reduce(default(SumOfMagnitudes), x, axes.WithAxes(y, x.Shape));
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(new Signed(slopeAtZero ?? context.Selections.AbsAtZero), context.Input(0), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
    }

    /// <inheritdoc/>
    public void LockedPullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map3(default(LockedSign), context.Input(0), context.Tangent(0), axes.WithAxes(context.Cotangent, target.Shape), target, accumulate);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear on each of its pieces.
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> x = context.Input(0), slope = context.Rent(x.Shape);
        context.Device.Map2(default(OneSided), x, context.Tangent(0), slope);
        context.Device.Reduce(default(Sum), slope, axes.WithAxes(context.OutputTangent, x.Shape));
        context.Return(slope);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Input(0).Shape);
        context.Device.Map(default(Arithmetic.IsZero), context.Input(0), marks);
        return marks;
    }

    /// <inheritdoc/>
    public void SwitchingForms(in SwitchingContext<T> context)
    {
        T[] x = context.Input(0).ToArray(), tangents = context.Tangent(0).ToArray();
        for (int element = 0; element < x.Length; element++)
        {
            if (x[element] == T.Zero)
                context.AddSign(0, element, tangents[element]);
        }
    }

    internal readonly struct Signed(double atZero) : IBinaryMap
    {
        private readonly double atZero = atZero;

        public L Invoke<L>(L x, L cotangent)
            where L : struct, ILane<L> =>
            cotangent * L.IfEqual(x, L.Constant(0), L.Broadcast(atZero), L.IfGreater(x, L.Constant(0), L.Constant(1), L.Constant(-1)));
    }

    internal readonly struct LockedSign : ITernaryMap
    {
        public L Invoke<L>(L x, L tangent, L cotangent)
            where L : struct, ILane<L> => L.IfGreater(L.IfEqual(x, L.Constant(0), tangent, x), L.Constant(0), cotangent, -cotangent);
    }

    internal readonly struct OneSided : IBinaryMap
    {
        public L Invoke<L>(L x, L tangent)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Abs(tangent), L.IfGreater(x, L.Constant(0), tangent, -tangent));
    }
}

/// <content>The ℓ₁ norm.</content>
public static partial class Operations
{
    /// <summary>‖x‖₁ of all elements, as a value of rank 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="slopeAtZero">abs'(0) here; the selections' if null. Clarke in [−1, 1].</param>
    public static Var<T> Norm1<T>(this Var<T> x, double? slopeAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm1<T>(null, false, slopeAtZero));

    /// <summary>‖x‖₁ over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with extent 1.</param>
    /// <param name="slopeAtZero">abs'(0) here; the selections' if null. Clarke in [−1, 1].</param>
    public static Var<T> Norm1<T>(this Var<T> x, int axis, bool keepAxis = false, double? slopeAtZero = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Norm1<T>(x.Shape.Axis(axis), keepAxis, slopeAtZero));
}
