using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Reductions of rows that belong together, for segments and for scattered elements. Groups of the same size are read as one array and reduced over an axis, so
/// that their kinks, ties and selections are those of the reduction.
/// </summary>
internal static class Groups
{
    /// <summary>Reduces every group of rows.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="rows">[rows, ...].</param>
    /// <param name="groups">The rows of each group, in order.</param>
    /// <param name="empty">The value of a group without rows.</param>
    /// <param name="reduce">The reduction over axis 1.</param>
    /// <returns>[groups, ...].</returns>
    public static Var<T> Reduce<T>(Var<T> rows, IReadOnlyList<List<int>> groups, double empty, Func<Var<T>, Var<T>> reduce)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape row = rows.Shape.Without(0);
        List<Var<T>> parts = [];
        int[] places = new int[groups.Count];
        int reduced = 0;
        foreach (IGrouping<int, int> sized in Enumerable.Range(0, groups.Count).GroupBy(group => groups[group].Count).OrderBy(sized => sized.Key))
        {
            int[] members = [.. sized];
            foreach (int group in members)
                places[group] = reduced++;
            if (sized.Key == 0)
            {
                Shape filled = new([members.Length, .. row.ToArray()]);
                parts.Add(rows.Tape.Constant(T.CreateTruncating(empty)).Apply(new Rules.BroadcastTo<T>(filled)));
                continue;
            }

            NDArray<int> indices = rows.Tape.Indices(Shape.Of(members.Length, sized.Key), [.. members.SelectMany(group => groups[group])]);
            Var<T> read = rows.GatherRows(indices);
            parts.Add(sized.Key == 1 ? read.Squeeze(1) : reduce(read));
        }

        if (parts.Count == 0)
            return rows.Slice(0, 0, 0);
        Var<T> joined = parts.Count == 1 ? parts[0] : Operations.Concatenate(0, [.. parts]);
        bool isInOrder = Array.TrueForAll([.. Enumerable.Range(0, places.Length)], group => places[group] == group);
        return isInOrder ? joined : joined.GatherRows(rows.Tape.Indices(Shape.Of(places.Length), places));
    }
}
