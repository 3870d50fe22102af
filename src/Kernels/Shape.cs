using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels;

/// <summary>The extents of an array, outermost axis first; rank 0 is a single number. At most <see cref="MaximumRank"/> axes.</summary>
/// <remarks>A value type with inline extents, so that computing the shape of every recorded operation allocates nothing.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest rank an array may have.</summary>
    public const int MaximumRank = 8;

    /// <summary>The most elements that an array may have: kernels step by up to 65 535 elements at a time, and count in 32 bits.</summary>
    public const int MaximumCount = int.MaxValue - 65535;

    private readonly AxisValues extents;

    /// <summary>Makes a shape from its extents.</summary>
    /// <param name="extents">The extents, outermost first; each at least 0.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="MaximumRank"/> extents, one is negative, or their product is above
    /// <see cref="MaximumCount"/>.</exception>
    public Shape(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaximumRank)
            throw new ArgumentException($"An array has at most {MaximumRank} axes; {extents.Length} were given.", nameof(extents));
        long count = 1;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] < 0)
                throw new ArgumentException($"Extent {extents[axis]} of axis {axis} is negative; extents are 0 or more.", nameof(extents));
            this.extents[axis] = extents[axis];
            count *= extents[axis];
            if (count > MaximumCount)
                throw new ArgumentException($"A shape of more than {MaximumCount} elements was asked for; split the array.", nameof(extents));
        }

        Rank = extents.Length;
        Count = (int)count;
    }

    private Shape(in AxisValues extents, int rank, int count)
    {
        this.extents = extents;
        Rank = rank;
        Count = count;
    }

    /// <summary>The number of axes.</summary>
    public int Rank { get; }

    /// <summary>The number of elements: the product of the extents; 1 for rank 0 in a shape made by a constructor.</summary>
    public int Count { get; }

    /// <summary>The extent of an axis.</summary>
    /// <param name="axis">The axis, from 0, or from the end when negative (−1 is the last).</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such axis.</exception>
    public int this[int axis] => extents[Axis(axis)];

    /// <summary>The shape of a single number.</summary>
    public static Shape Scalar => new(ReadOnlySpan<int>.Empty);

    /// <summary>Makes a shape from its extents, as in the collection expression <c>[2, 3]</c>.</summary>
    /// <param name="extents">The extents, outermost first.</param>
    public static Shape Of(params ReadOnlySpan<int> extents) => new(extents);

    /// <summary>Compares two shapes.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Compares two shapes.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The shape to which two shapes broadcast: aligned at the last axis, extents equal or one of them 1.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <param name="operation">The operation's name, for the message.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Shape Broadcast(in Shape left, in Shape right, string operation)
    {
        if (left == right)
            return left;
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> result = stackalloc int[rank];
        for (int axis = 1; axis <= rank; axis++)
        {
            int l = axis <= left.Rank ? left[-axis] : 1;
            int r = axis <= right.Rank ? right[-axis] : 1;
            if (l != r && l != 1 && r != 1)
                throw new ArgumentException(
                    $"{operation}: shapes {left} and {right} do not broadcast; aligned at the last axis, extents must be equal or 1, but {l} meets {r}.");
            result[rank - axis] = l == 1 ? r : l;
        }

        return new Shape(result);
    }

    /// <summary>Resolves an axis that may count from the end.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <returns>The axis, from 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such axis.</exception>
    public int Axis(int axis)
    {
        int resolved = axis < 0 ? axis + Rank : axis;
        if ((uint)resolved >= (uint)Rank)
            ThrowAxis(axis);
        return resolved;
    }

    /// <summary>This shape with one extent changed.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="extent">Its new extent.</param>
    public Shape With(int axis, int extent)
    {
        axis = Axis(axis);
        if (extents[axis] == extent)
            return this;
        Span<int> result = stackalloc int[Rank];
        CopyTo(result);
        result[axis] = extent;
        return new Shape(result);
    }

    /// <summary>This shape with two axes exchanged, both counted from the beginning.</summary>
    internal Shape Exchanged(int first, int second)
    {
        AxisValues exchanged = extents;
        (exchanged[first], exchanged[second]) = (exchanged[second], exchanged[first]);
        return new Shape(exchanged, Rank, Count);
    }

    /// <summary>This shape without one axis.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    public Shape Without(int axis)
    {
        axis = Axis(axis);
        Span<int> result = stackalloc int[Rank - 1];
        for (int i = 0, j = 0; i < Rank; i++)
        {
            if (i != axis)
                result[j++] = extents[i];
        }

        return new Shape(result);
    }

    /// <summary>Writes the extents.</summary>
    /// <param name="destination">At least <see cref="Rank"/> long.</param>
    public void CopyTo(Span<int> destination)
    {
        for (int axis = 0; axis < Rank; axis++)
            destination[axis] = extents[axis];
    }

    /// <summary>The extents as an array.</summary>
    public int[] ToArray()
    {
        int[] result = new int[Rank];
        CopyTo(result);
        return result;
    }

    /// <summary>Enumerates the extents.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (int axis = 0; axis < Rank; axis++)
        {
            if (extents[axis] != other.extents[axis])
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int axis = 0; axis < Rank; axis++)
            hash.Add(extents[axis]);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    [DoesNotReturn]
    private void ThrowAxis(int axis) =>
        throw new ArgumentOutOfRangeException(nameof(axis), axis, Rank == 0
            ? $"Axis {axis} was asked of a shape of rank 0, which has no axes."
            : $"Axis {axis} is out of range for shape {this}: use {-Rank} to {Rank - 1}.");
}
