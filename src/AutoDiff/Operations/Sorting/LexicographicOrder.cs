using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The order of (value, tangent) pairs: the permutation that sorts just after x has begun to move along its tangent.</summary>
internal static class LexicographicOrder
{
    /// <summary>Writes for every row the indices of its elements in order: as many as the destination has places. NaN come last.</summary>
    public static void Fill<T>(in NDArray<T> x, in NDArray<T> tangent, bool descending, in NDArray<int> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = x.ToArray(), tangents = tangent.ToArray();
        int length = x.Shape[-1], taken = destination.Shape[-1], rows = length == 0 ? 0 : values.Length / length;
        int[] order = new int[length], result = new int[destination.Count];
        for (int row = 0; row < rows; row++)
        {
            int start = row * length;
            for (int i = 0; i < length; i++)
                order[i] = i;
            Array.Sort(order, (a, b) => Compare(start + a, start + b));
            order.AsSpan(0, taken).CopyTo(result.AsSpan(row * taken));
        }

        destination.CopyFrom(result);

        int Compare(int a, int b)
        {
            bool isNaN = T.IsNaN(values[a]), otherIsNaN = T.IsNaN(values[b]);
            if (isNaN || otherIsNaN)
                return isNaN == otherIsNaN ? a.CompareTo(b) : isNaN ? 1 : -1;

            // −0 and +0 are equal keys, which CompareTo would part.
            int byValue = values[a] == values[b] ? tangents[a].CompareTo(tangents[b]) : values[a].CompareTo(values[b]);
            return byValue == 0 ? a.CompareTo(b) : descending ? -byValue : byValue;
        }
    }
}
