using System.Numerics;

namespace ConservativeAD;

/// <content>Cutting an axis into parts.</content>
public static partial class Operations
{
    /// <summary>Cuts an axis into parts of given lengths.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="lengths">The lengths of the parts, which add up to the extent of the axis.</param>
    /// <exception cref="ArgumentException">A length is negative, or the lengths do not add up.</exception>
    public static Var<T>[] Split<T>(this Var<T> x, int axis, params ReadOnlySpan<int> lengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long sum = 0;
        foreach (int length in lengths)
            sum += length;
        if (sum != x.Shape[axis] || lengths.ContainsAnyInRange(int.MinValue, -1))
            throw new ArgumentException(
                $"split: lengths of [{string.Join(", ", lengths.ToArray())}] were given for axis {axis} of shape {x.Shape}; they must not be negative and add "
                    + $"up to {x.Shape[axis]}.", nameof(lengths));
        Var<T>[] parts = new Var<T>[lengths.Length];
        for (int part = 0, start = 0; part < parts.Length; start += lengths[part], part++)
            parts[part] = x.Slice(axis, start, lengths[part]);
        return parts;
    }

    /// <summary>
    /// Cuts an axis into a number of parts of the same length; only the last may be shorter. If there are fewer positions than parts, or the others hold all
    /// positions already, there are fewer parts, as in PyTorch.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="count">The number of parts, at least 1.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of parts is below 1.</exception>
    public static Var<T>[] Chunk<T>(this Var<T> x, int count, int axis = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"chunk: {count} parts were asked for; at least 1 is needed.");
        int extent = x.Shape[axis], length = Math.Max(1, (int)(((long)extent + count - 1) / count));
        List<int> lengths = [];
        for (int start = 0; start < extent || lengths.Count == 0; start += length)
            lengths.Add(Math.Min(length, extent - start));
        return x.Split(axis, [.. lengths]);
    }
}
