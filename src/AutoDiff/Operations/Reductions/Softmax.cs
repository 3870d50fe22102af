using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>exp(x) / Σ exp(x) over one axis.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct Softmax<T>(int axis) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int axis = axis;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("softmax", TameClass.LogExp) { OnBoundedSets = TameClass.GloballySubanalytic, IsBounded = true };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), y = recording.Rent(x.Shape);
        Device device = recording.Device;
        NDArray<T> row = device.Allocate<T>(x.Shape.With(axis, 1));
        device.Reduce(default(Largest), x, row);
        device.Map2(default(Arithmetic.ExpOfDifference), x, row, y);
        device.Reduce(default(Sum), y, row);
        device.Map2(default(Arithmetic.Ratio), y, row, y);
        device.Return(row.Storage);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> product = context.Rent(context.Output.Shape), row = context.Rent(product.Shape.With(axis, 1));
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        Jacobian(context.Device, context.Output, context.Cotangent, product, row, target, accumulate);
        context.Return(row);
        context.Return(product);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // y ∘ (w − ⟨y, w⟩), with y moving.
        if (!context.Needs(0))
            return;
        NDArray<T> y = context.Output, dy = context.OutputTangent, w = context.Cotangent;
        NDArray<T> product = context.Rent(y.Shape), row = context.Rent(product.Shape.With(axis, 1));
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(default(Arithmetic.Product), y, w, product);
        context.Device.Reduce(default(Sum), product, row);
        context.Device.Map3(default(Centred), dy, w, row, target, accumulate);
        context.Device.Map2(default(Arithmetic.Product), dy, w, product);
        context.Device.Reduce(default(Sum), product, row);
        context.Device.Map2(new Arithmetic.ScaledProduct(-1), y, row, target, true);
        context.Return(row);
        context.Return(product);
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        // The Jacobian diag(y) − y yᵀ is symmetric.
        NDArray<T> product = context.Rent(context.Output.Shape), row = context.Rent(product.Shape.With(axis, 1));
        Jacobian(context.Device, context.Output, context.Tangent(0), product, row, context.OutputTangent, false);
        context.Return(row);
        context.Return(product);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;

    private static void Jacobian(Device device, in NDArray<T> y, in NDArray<T> v, in NDArray<T> product, in NDArray<T> row, in NDArray<T> destination, bool accumulate)
    {
        device.Map2(default(Arithmetic.Product), y, v, product);
        device.Reduce(default(Sum), product, row);
        device.Map3(default(Centred), y, v, row, destination, accumulate);
    }

    internal readonly struct Centred : ITernaryMap
    {
        public L Invoke<L>(L y, L v, L mean)
            where L : struct, ILane<L> => y * (v - mean);
    }
}

/// <content>Softmax.</content>
public static partial class Operations
{
    /// <summary>exp(x) / Σ exp(x) over an axis.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    public static Var<T> Softmax<T>(this Var<T> x, int axis = -1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Softmax<T>(x.Shape.Axis(axis)));
}
