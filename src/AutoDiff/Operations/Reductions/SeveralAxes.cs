using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Reductions over a set of axes, by a reduction over the one axis that they are joined into. Neighbouring axes are joined without a copy.</summary>
internal static class SeveralAxes
{
    /// <summary>Joins axes: the result has the shape [outer, length, inner], and the joined axis is <see cref="Joined"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="axes">The axes, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="operation">The name of the operation, for messages.</param>
    /// <exception cref="ArgumentException">An axis is given twice.</exception>
    public static Var<T> Join<T>(Var<T> x, ReadOnlySpan<int> axes, string operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        uint joined = Marks(shape, axes, operation);
        Span<int> order = stackalloc int[shape.Rank];
        int kept = 0, first = shape.Rank, last = -1, length = 1, outer = 1, inner = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (IsMarked(joined, axis))
                (first, last, length) = (Math.Min(first, axis), axis, checked(length * shape[axis]));
            else
                order[kept++] = axis;
        }

        if (last - first >= axes.Length)
        {
            for (int axis = 0, place = kept; axis < shape.Rank; axis++)
            {
                if (IsMarked(joined, axis))
                    order[place++] = axis;
            }

            x = x.Permute(order);
            for (int i = 0; i < kept; i++)
                outer = checked(outer * shape[order[i]]);
            return x.Apply(new Reshape<T>(Shape.Of(outer, length, 1)));
        }

        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (axis < first)
                outer = checked(outer * shape[axis]);
            else if (axis > last)
                inner = checked(inner * shape[axis]);
        }

        return x.Apply(new Reshape<T>(Shape.Of(outer, length, inner)));
    }

    /// <summary>The axis that axes are joined into.</summary>
    public const int Joined = 1;

    /// <summary>Gives the elements of a reduced array the axes that are kept.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="reduced">[outer, inner].</param>
    /// <param name="shape">The shape of the argument.</param>
    /// <param name="axes">The axes that were reduced.</param>
    /// <param name="keepAxis">Whether they are kept, with extent 1.</param>
    public static Var<T> Shaped<T>(Var<T> reduced, in Shape shape, ReadOnlySpan<int> axes, bool keepAxis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => reduced.Apply(new Reshape<T>(Without(shape, axes, keepAxis)));

    /// <summary>A shape without some axes, or with extent 1 in their place.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="keepAxis">Whether they are kept, with extent 1.</param>
    /// <param name="operation">The name of the operation, for messages.</param>
    public static Shape Without(in Shape shape, ReadOnlySpan<int> axes, bool keepAxis, string operation = "reduction")
    {
        uint joined = Marks(shape, axes, operation);
        Span<int> extents = stackalloc int[shape.Rank];
        int rank = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (!IsMarked(joined, axis))
                extents[rank++] = shape[axis];
            else if (keepAxis)
                extents[rank++] = 1;
        }

        return new Shape(extents[..rank]);
    }

    private static uint Marks(in Shape shape, ReadOnlySpan<int> axes, string operation)
    {
        uint marks = 0;
        foreach (int given in axes)
        {
            int axis = shape.Axis(given);
            if (IsMarked(marks, axis))
                throw new ArgumentException($"{operation}: axes [{string.Join(", ", axes.ToArray())}] of shape {shape} name axis {axis} twice.", nameof(axes));
            marks |= 1u << axis;
        }

        return marks;
    }

    private static bool IsMarked(uint marks, int axis) => (marks >> axis & 1) != 0;
}
