using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Reductions of segments.</content>
public static partial class Operations
{
    /// <summary>The sums of the rows of each segment; 0 for a segment without rows.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[rows, ...].</param>
    /// <param name="segments">The segment of each row, from 0; in any order.</param>
    /// <param name="count">The number of segments.</param>
    /// <returns>[count, ...].</returns>
    /// <exception cref="ArgumentException">The number of segments of rows is not that of the rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A segment is negative or not below the count.</exception>
    public static Var<T> SegmentSum<T>(this Var<T> x, ReadOnlySpan<int> segments, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Groups.Reduce(x, SegmentsOf(x, segments, count), 0, rows => rows.Sum(1));

    /// <summary>The means of the rows of each segment.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[rows, ...].</param>
    /// <param name="segments">The segment of each row, from 0; in any order.</param>
    /// <param name="count">The number of segments.</param>
    /// <param name="empty">The value of a segment without rows.</param>
    /// <returns>[count, ...].</returns>
    /// <exception cref="ArgumentException">The number of segments of rows is not that of the rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A segment is negative or not below the count.</exception>
    public static Var<T> SegmentMean<T>(this Var<T> x, ReadOnlySpan<int> segments, int count, double empty = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Groups.Reduce(x, SegmentsOf(x, segments, count), empty, rows => rows.Mean(1));

    /// <summary>The largest elements of the rows of each segment. Ties are those of <see cref="Max{T}(Var{T}, int, bool, TieSelection?)"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[rows, ...].</param>
    /// <param name="segments">The segment of each row, from 0; in any order.</param>
    /// <param name="count">The number of segments.</param>
    /// <param name="empty">The value of a segment without rows.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <returns>[count, ...].</returns>
    /// <exception cref="ArgumentException">The number of segments of rows is not that of the rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A segment is negative or not below the count.</exception>
    public static Var<T> SegmentMax<T>(this Var<T> x, ReadOnlySpan<int> segments, int count, double empty = 0, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Groups.Reduce(x, SegmentsOf(x, segments, count), empty, rows => rows.Max(1, false, ties));

    /// <summary>The smallest elements of the rows of each segment. Ties are those of <see cref="Min{T}(Var{T}, int, bool, TieSelection?)"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[rows, ...].</param>
    /// <param name="segments">The segment of each row, from 0; in any order.</param>
    /// <param name="count">The number of segments.</param>
    /// <param name="empty">The value of a segment without rows.</param>
    /// <param name="ties">The selection at ties; that of the selections if null.</param>
    /// <returns>[count, ...].</returns>
    /// <exception cref="ArgumentException">The number of segments of rows is not that of the rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A segment is negative or not below the count.</exception>
    public static Var<T> SegmentMin<T>(this Var<T> x, ReadOnlySpan<int> segments, int count, double empty = 0, TieSelection? ties = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Groups.Reduce(x, SegmentsOf(x, segments, count), empty, rows => rows.Min(1, false, ties));

    private static List<int>[] SegmentsOf<T>(Var<T> x, ReadOnlySpan<int> segments, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (x.Shape.Rank == 0 || segments.Length != x.Shape[0])
            throw new ArgumentException($"segments: {segments.Length} segments were given for a value of shape {x.Shape}; each of its rows needs one.",
                nameof(segments));
        List<int>[] rows = new List<int>[count];
        for (int segment = 0; segment < count; segment++)
            rows[segment] = [];
        for (int row = 0; row < segments.Length; row++)
        {
            if ((uint)segments[row] >= (uint)count)
                throw new ArgumentOutOfRangeException(nameof(segments), segments[row],
                    $"segments: segment {segments[row]} of row {row} is not from 0 to {count - 1}.");
            rows[segments[row]].Add(row);
        }

        return rows;
    }
}
