using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Repeated arrays and positions.</content>
public static partial class Operations
{
    /// <summary>Puts copies of the whole array side by side along the last axes.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="counts">
    /// The number of copies along each of the last axes, none negative. If there are more numbers than axes, axes of extent 1 are put in front first.
    /// </param>
    /// <exception cref="ArgumentException">A number is negative, or there are more than an array has axes.</exception>
    public static Var<T> Tile<T>(this Var<T> x, params ReadOnlySpan<int> counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (counts.ContainsAnyInRange(int.MinValue, -1) || counts.Length > Shape.MaximumRank)
            throw new ArgumentException(
                $"tile: counts of [{string.Join(", ", counts.ToArray())}] were given for shape {x.Shape}; give at most {Shape.MaximumRank}, none negative.",
                nameof(counts));
        if (counts.Length > x.Shape.Rank)
            x = x.Apply(new Reshape<T>(new Shape([.. Enumerable.Repeat(1, counts.Length - x.Shape.Rank), .. x.Shape.ToArray()])));
        int first = x.Shape.Rank - counts.Length;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 1)
                x = Repeated(x, first + i, counts[i], x.Shape[first + i]);
        }

        return x;
    }

    /// <summary>Repeats every position of an axis in its place: a b becomes a a b b.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="count">How often each position appears; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Var<T> Repeat<T>(this Var<T> x, int axis, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => count >= 0
            ? count == 1 ? x : Repeated(x, x.Shape.Axis(axis), count, 1)
            : throw new ArgumentOutOfRangeException(nameof(count), count, $"repeat: a count of {count} was given; it must not be negative.");

    // Repeats blocks of consecutive positions of an axis.
    private static Var<T> Repeated<T>(Var<T> x, int axis, int count, int block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape, result = shape.With(axis, checked(shape[axis] * count));
        if (result.Count == 0)
            return count == 0 ? x.Slice(axis, 0, 0) : x.Apply(new Reshape<T>(result));
        int inBlock = block;
        for (int later = axis + 1; later < shape.Rank; later++)
            inBlock *= shape[later];
        int blocks = shape.Count / inBlock;
        return x.Apply(new Reshape<T>(Shape.Of(blocks, 1, inBlock))).Apply(new BroadcastTo<T>(Shape.Of(blocks, count, inBlock)))
            .Apply(new Reshape<T>(result));
    }
}
