using System.Buffers;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Padding with elements of the array itself.</content>
public static partial class Operations
{
    /// <summary>How an array goes on beyond its ends.</summary>
    private enum Continuation
    {
        Reflected,
        Replicated,
        Circular,
    }

    /// <summary>Pads the last axes with their mirror image, without the element at the end itself: (1, 2, 3) goes on as 2, 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="before">The number of positions before the array for each of the last axes; less than the extent of the axis.</param>
    /// <param name="after">The number of positions after the array for each of the same axes; less than the extent of the axis.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are longer than the number of axes, or a number is out of range.</exception>
    public static Var<T> PadReflected<T>(this Var<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Continued(x, before, after, Continuation.Reflected);

    /// <summary>Pads the last axes with their first and last elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="before">The number of positions before the array for each of the last axes.</param>
    /// <param name="after">The number of positions after the array for each of the same axes.</param>
    /// <exception cref="ArgumentException">
    /// The lists differ in length or are longer than the number of axes, a number is negative, or an axis that is padded is empty.
    /// </exception>
    public static Var<T> PadReplicated<T>(this Var<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Continued(x, before, after, Continuation.Replicated);

    /// <summary>Pads the last axes as if they were closed to circles: (1, 2, 3) goes on as 1, 2.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="before">The number of positions before the array for each of the last axes; at most the extent of the axis.</param>
    /// <param name="after">The number of positions after the array for each of the same axes; at most the extent of the axis.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are longer than the number of axes, or a number is out of range.</exception>
    public static Var<T> PadCircular<T>(this Var<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Continued(x, before, after, Continuation.Circular);

    private static Var<T> Continued<T>(Var<T> x, ReadOnlySpan<int> before, ReadOnlySpan<int> after, Continuation continuation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (before.Length != after.Length || before.Length > shape.Rank)
            throw new ArgumentException(
                $"pad: {before.Length} widths before and {after.Length} after were given for shape {shape}; give equally many, at most {shape.Rank}.");
        Var<T> result = x;
        for (int i = 0; i < before.Length; i++)
        {
            int axis = shape.Rank - before.Length + i, extent = shape[axis], most = continuation switch
            {
                Continuation.Reflected => Math.Max(0, extent - 1),
                Continuation.Replicated => extent == 0 ? 0 : int.MaxValue,
                _ => extent,
            };
            if (before[i] < 0 || after[i] < 0 || before[i] > most || after[i] > most)
                throw new ArgumentException(
                    $"pad: widths of {before[i]} before and {after[i]} after were given for axis {axis} of shape {shape}; a {Name(continuation)} padding is "
                        + $"from 0 to {most}.");
            if (before[i] + after[i] > 0)
                result = Continued(result, axis, before[i], checked(before[i] + extent + after[i]), continuation);
        }

        return result;
    }

    private static Var<T> Continued<T>(Var<T> x, int axis, int before, int length, Continuation continuation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = x.Shape.Rank, extent = x.Shape[axis];
        int[] positions = ArrayPool<int>.Shared.Rent(length);
        for (int i = 0; i < length; i++)
        {
            int at = i - before, last = extent - 1;
            positions[i] = continuation switch
            {
                Continuation.Reflected => at < 0 ? -at : at > last ? (2 * last) - at : at,
                Continuation.Replicated => Math.Clamp(at, 0, last),
                _ => at < 0 ? at + extent : at > last ? at - extent : at,
            };
        }

        NDArray<int> indices = x.Tape.Indices(Shape.Of(length), positions.AsSpan(0, length));
        ArrayPool<int>.Shared.Return(positions);
        if (axis == 0)
            return x.GatherRows(indices);
        Span<int> there = stackalloc int[rank], back = stackalloc int[rank];
        for (int i = 0; i < rank; i++)
        {
            there[i] = i == 0 ? axis : i <= axis ? i - 1 : i;
            back[i] = i < axis ? i + 1 : i == axis ? 0 : i;
        }

        return x.Permute(there).GatherRows(indices).Permute(back);
    }

    private static string Name(Continuation continuation) => continuation switch
    {
        Continuation.Reflected => "reflected",
        Continuation.Replicated => "replicated",
        _ => "circular",
    };
}
