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
        int[] order = Of(x, tangent, descending);
        int length = x.Shape[-1], taken = destination.Shape[-1], rows = length == 0 ? 0 : order.Length / length;
        int[] result = new int[destination.Count];
        for (int row = 0; row < rows; row++)
            order.AsSpan(row * length, taken).CopyTo(result.AsSpan(row * taken));
        destination.CopyFrom(result);
    }

    /// <summary>Tells which ties among the elements decided the first places of every row: each against the next, and the last place against all that tie with it beyond.</summary>
    public static void AddForms<T>(in SwitchingContext<T> context, in NDArray<T> x, bool descending, int taken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = x.ToArray(), tangents = context.Tangent(0).ToArray();
        int[] order = Of(x, context.Tangent(0), descending);
        int length = x.Shape[-1], rows = length == 0 ? 0 : order.Length / length;
        for (int row = 0; row < rows; row++)
        {
            int start = row * length;
            for (int place = 0; place + 1 < length; place++)
            {
                int before = start + order[start + Math.Min(place, taken - 1)], after = start + order[start + place + 1];
                if (taken == 0 || values[before] != values[after])
                    continue;
                bool isDecided = tangents[before] != tangents[after];
                if (descending)
                    context.AddOrder((0, before), (0, after), isDecided);
                else
                    context.AddOrder((0, after), (0, before), isDecided);
            }
        }
    }

    private static int[] Of<T>(in NDArray<T> x, in NDArray<T> tangent, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = x.ToArray(), tangents = tangent.ToArray();
        int length = x.Shape[-1], rows = length == 0 ? 0 : values.Length / length;
        int[] order = new int[values.Length];
        for (int row = 0; row < rows; row++)
        {
            int start = row * length;
            Span<int> places = order.AsSpan(start, length);
            for (int i = 0; i < length; i++)
                places[i] = i;
            places.Sort((a, b) => Compare(start + a, start + b));
        }

        return order;

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
