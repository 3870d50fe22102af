using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Reading positions of an axis.</content>
public static partial class Operations
{
    /// <summary>Reads positions of an axis: y[…, j, …] = x[…, positions[j], …].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="positions">The positions to read, in any order and as often as wanted; negative ones count from the end of the axis.</param>
    /// <returns>An array whose axis has one position for each that was given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside the axis.</exception>
    public static Var<T> Take<T>(this Var<T> x, int axis, params ReadOnlySpan<int> positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int extent = x.Shape[axis];
        int[] fromStart = positions.ToArray();
        for (int i = 0; i < fromStart.Length; i++)
        {
            int position = fromStart[i] < 0 ? fromStart[i] + extent : fromStart[i];
            if ((uint)position >= (uint)extent)
                throw new ArgumentOutOfRangeException(nameof(positions), fromStart[i],
                    $"take: position {fromStart[i]} is outside axis {axis} of shape {x.Shape}; it must be from {-extent} to {extent - 1}.");
            fromStart[i] = position;
        }

        return x.Take(axis, x.Tape.Indices(Shape.Of(fromStart.Length), fromStart));
    }

    /// <summary>Reads positions of an axis, whose place the axes of the positions take: y[…, j, k, …] = x[…, positions[j, k], …].</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="positions">Positions along the axis, from 0; of any shape; contiguous (tape.Indices creates such an array).</param>
    /// <exception cref="ArgumentException">A position is out of range, or the result would have too many axes.</exception>
    public static Var<T> Take<T>(this Var<T> x, int axis, in NDArray<int> positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        axis = shape.Axis(axis);
        if (axis == 0)
            return x.GatherRows(positions);

        // Rows are read along the first axis: the axis goes there and the axes of the positions come back.
        int taken = positions.Shape.Rank;
        int[] there = [axis, .. Enumerable.Range(0, axis), .. Enumerable.Range(axis + 1, shape.Rank - axis - 1)];
        int[] back = [.. Enumerable.Range(taken, axis), .. Enumerable.Range(0, taken), .. Enumerable.Range(taken + axis, shape.Rank - axis - 1)];
        return x.Permute(there).GatherRows(positions).Permute(back);
    }
}
