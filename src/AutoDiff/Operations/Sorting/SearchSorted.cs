using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Places in sorted rows.</content>
public static partial class Operations
{
    /// <summary>
    /// Where numbers would have to be inserted into sorted rows to keep them sorted: the number of elements of the row that are smaller. Found on the host. No
    /// derivative passes through the places; where a number ties with an element, its place jumps beside the point, and nothing is certified.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="sorted">One ascending row, [n], or one for each row of numbers, [..., n]; NaN last.</param>
    /// <param name="values">The numbers, of any shape; [..., m] for several rows.</param>
    /// <param name="right">Whether elements equal to a number count as smaller, so that it is inserted behind them.</param>
    /// <returns>Places from 0 to n in the shape of the numbers; they last until the tape is reset.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a row is not ascending.</exception>
    public static NDArray<int> SearchSorted<T>(this Var<T> sorted, Var<T> values, bool right = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sorted.Tape.Check(values);
        Shape rows = sorted.Shape, numbers = values.Shape;
        bool isOne = rows.Rank == 1;
        if (rows.Rank == 0 || (!isOne && (numbers.Rank != rows.Rank || numbers.Without(-1) != rows.Without(-1))))
            throw new ArgumentException(
                $"searchsorted: rows of shape {rows} and numbers of shape {numbers} do not fit; there must be one row, or one for each row of numbers.");
        T[] keys = sorted.ToArray(), asked = values.ToArray();
        int length = rows[-1], perRow = isOne ? asked.Length : numbers[-1];
        for (int i = 1; i < keys.Length; i++)
        {
            if (i % length != 0 && NanLast.Compare(keys[i - 1], keys[i]) > 0)
                throw new ArgumentException(
                    $"searchsorted: element {i} of the rows of shape {rows} is {keys[i]} and the one before it is {keys[i - 1]}; rows must be ascending.",
                        nameof(sorted));
        }

        int[] places = new int[asked.Length], near = new int[asked.Length];
        for (int i = 0; i < asked.Length; i++)
        {
            ReadOnlySpan<T> row = keys.AsSpan(isOne ? 0 : i / perRow * length, length);
            places[i] = PlaceIn(row, asked[i], right);
            near[i] = Math.Clamp(right ? places[i] - 1 : places[i], 0, Math.Max(0, length - 1));
        }

        // Only the neighbour on the side where equal elements lie can tie.
        TapeRecord<T> record = sorted.Tape.Contents;
        if (length > 0 && asked.Length > 0 && (record.NeedsGradient(sorted.Node) || record.NeedsGradient(values.Node)))
        {
            NDArray<int> neighbours = sorted.Tape.Indices(numbers, near);
            PositionTies.Note(values, isOne ? sorted.Take(0, neighbours) : sorted.Gather(-1, neighbours));
        }

        return sorted.Tape.Indices(numbers, places);
    }

    private static int PlaceIn<T>(ReadOnlySpan<T> row, T value, bool right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int low = 0, high = row.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2), sign = NanLast.Compare(row[middle], value);
            if (sign < 0 || (right && sign == 0))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
