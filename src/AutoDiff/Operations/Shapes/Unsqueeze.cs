using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Axes of extent 1.</content>
public static partial class Operations
{
    /// <summary>Adds an axis of extent 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The new axis of the result; negative counts from the result's end, so that −1 appends an axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">The axis is outside the result.</exception>
    public static Var<T> Unsqueeze<T>(this Var<T> x, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = x.Shape.Rank, place = axis < 0 ? axis + rank + 1 : axis;
        if (place < 0 || place > rank)
            throw new ArgumentOutOfRangeException(nameof(axis), axis,
                $"unsqueeze: axis {axis} was given for shape {x.Shape}; it must be from {-rank - 1} to {rank}.");
        List<int> extents = [.. x.Shape.ToArray()];
        extents.Insert(place, 1);
        return x.Apply(new Reshape<T>(new Shape([.. extents])));
    }

    /// <summary>Removes every axis of extent 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    public static Var<T> Squeeze<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Reshape<T>(new Shape([.. x.Shape.ToArray().Where(extent => extent != 1)])));

    /// <summary>Removes an axis of extent 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <exception cref="ArgumentException">The axis has another extent than 1.</exception>
    public static Var<T> Squeeze<T>(this Var<T> x, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Shape[axis] == 1
            ? x.Apply(new Reshape<T>(x.Shape.Without(axis)))
            : throw new ArgumentException(
                $"squeeze: axis {axis} of shape {x.Shape} has extent {x.Shape[axis]}; only an axis of extent 1 can be removed.", nameof(axis));
}
