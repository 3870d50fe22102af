using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Reversed and rotated axes.</content>
public static partial class Operations
{
    /// <summary>Reverses the order of the positions of axes.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axes">The axes, each once; negative ones count from the end. All axes if none is given.</param>
    /// <exception cref="ArgumentException">An axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static Var<T> Flip<T>(this Var<T> x, params ReadOnlySpan<int> axes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        int[] reversed = axes.IsEmpty ? [.. Enumerable.Range(0, shape.Rank)] : new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            reversed[i] = shape.Axis(axes[i]);
            if (reversed.AsSpan(0, i).Contains(reversed[i]))
                throw new ArgumentException($"flip: axes [{string.Join(", ", axes.ToArray())}] of shape {shape} name axis {reversed[i]} twice.", nameof(axes));
        }

        foreach (int axis in reversed)
            x = x.Take(axis, [.. Enumerable.Range(0, shape[axis]).Reverse()]);
        return x;
    }

    /// <summary>Rotates the positions of an axis: position i moves to i + shift, and what leaves the end comes back at the start.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="shift">The number of places; negative moves towards the start.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    public static Var<T> Roll<T>(this Var<T> x, int shift, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int extent = x.Shape[axis], places = extent == 0 ? 0 : (int)((((long)shift % extent) + extent) % extent);
        return places == 0 ? x : Concatenate(axis, x.Slice(axis, extent - places, places), x.Slice(axis, 0, extent - places));
    }
}
