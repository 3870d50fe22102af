using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Whether any or all elements are not 0.</content>
public static partial class Operations
{
    /// <summary>
    /// 1 where any element over axes is not 0, 0 elsewhere, as a constant: a condition for <see cref="Where{T}(in NDArray{T}, Var{T}, Var{T})"/>. NaN is not 0;
    /// of no elements there is none. Where a variable is 0, nothing is certified.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; a mask is put on a tape by <see cref="Tape{T}.Constant(in NDArray{T})"/>.</param>
    /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
    /// <returns>The condition; its memory lasts until the tape is reset.</returns>
    /// <exception cref="ArgumentException">An axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static NDArray<T> Any<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Quantify(default(Largest), x, axes, keepAxis, "any");

    /// <summary>Whether any element is not 0; read on the host.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    public static bool Any<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Any(AxesOf(x.Shape)).GetScalar() != T.Zero;

    /// <summary>1 where all elements over axes are not 0, 0 elsewhere; of no elements, 1. Otherwise like <see cref="Any{T}(Var{T}, ReadOnlySpan{int}, bool)"/>.
    /// </summary>
    /// <inheritdoc cref="Any{T}(Var{T}, ReadOnlySpan{int}, bool)"/>
    public static NDArray<T> All<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Quantify(default(Smallest), x, axes, keepAxis, "all");

    /// <summary>Whether all elements are not 0; read on the host.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    public static bool All<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.All(AxesOf(x.Shape)).GetScalar() != T.Zero;

    private static int[] AxesOf(in Shape shape) => [.. Enumerable.Range(0, shape.Rank)];

    private static NDArray<T> Quantify<T, TReduction>(TReduction reduction, Var<T> x, ReadOnlySpan<int> axes, bool keepAxis, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TReduction : struct, IReduction
    {
        Device device = x.Tape.Device;
        Shape reduced = SeveralAxes.Without(x.Shape, axes, true, operation);
        NDArray<T> holds = device.Allocate<T>(x.Shape), result = x.Tape.Contents.Memory.Rent(SeveralAxes.Without(x.Shape, axes, keepAxis, operation));
        device.Map(default(IsNotZero), x.Value, holds);
        device.Reduce(reduction, holds, result.Reshape(reduced));
        device.Map(default(IsAboveZero), result, result);
        device.Return(holds);
        if (x.Tape.Contents.NeedsGradient(x.Node))
            PositionTies.Note(x, x.Tape.Constant(T.Zero));
        return result;
    }

    internal readonly struct IsNotZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(1));
    }

    // The largest of no elements is −∞, and the smallest ∞.
    internal readonly struct IsAboveZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(1), L.Constant(0));
    }
}
