using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Ranges with positions from the end, and with steps.</content>
public static partial class Operations
{
    /// <summary>The positions of a range along an axis, such as 1..^1, all of them or every second, third and so on.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="range">The range; ^1 is the last position.</param>
    /// <param name="step">
    /// The distance between two positions that are taken, not 0. A positive step starts at the first position of the range, a negative one at its last and goes
    /// towards the first, so that 0..^0 with step −1 reverses the axis.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the axis, or the step is 0.</exception>
    public static Var<T> Slice<T>(this Var<T> x, int axis, Range range, int step = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int extent = x.Shape[axis], start = range.Start.GetOffset(extent), end = range.End.GetOffset(extent), length = end - start;
        if (start < 0 || end > extent || length < 0)
            throw new ArgumentOutOfRangeException(nameof(range), range, $"slice: the range {range} leaves axis {axis} of shape {x.Shape}.");
        if (step == 0)
            throw new ArgumentOutOfRangeException(nameof(step), step, "slice: a step of 0 was given; it must move.");
        if (step == 1)
            return x.Slice(axis, start, length);
        int[] positions = new int[length == 0 ? 0 : (int)(((length - 1L) / Math.Abs((long)step)) + 1)];
        for (int i = 0; i < positions.Length; i++)
            positions[i] = (step > 0 ? start : end - 1) + (i * step);
        return x.Take(axis, x.Tape.Indices(Shape.Of(positions.Length), positions));
    }

    /// <summary>One position along an axis, which may count from the end, such as ^1 for the last; the axis is removed.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="position">The position.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the axis.</exception>
    public static Var<T> Select<T>(this Var<T> x, int axis, Index position)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Select(axis, position.GetOffset(x.Shape[axis]));
}
