using System.Numerics;

namespace ConservativeAD.Rules;

/// <summary>
/// Notes that positions of elements were read from a record. Where two of the elements tie, the positions beside the point are others, and a program that uses
/// them jumps; certificates then say so, as they do of masks.
/// </summary>
internal static class PositionTies
{
    /// <summary>Notes that the order of neighbours decided.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="sorted">Elements in order; at least two along the axis.</param>
    /// <param name="axis">The axis.</param>
    public static void Note<T>(Var<T> sorted, int axis)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = sorted.Shape[axis];
        Note(sorted.Slice(axis, 0, length - 1), sorted.Slice(axis, 1, length - 1));
    }

    /// <summary>Notes that elements were compared with each other.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="left">One side.</param>
    /// <param name="right">The other; the shapes broadcast.</param>
    public static void Note<T>(Var<T> left, Var<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => left.Tape.Branches.NoteMask(left.Node, right.Node);
}
