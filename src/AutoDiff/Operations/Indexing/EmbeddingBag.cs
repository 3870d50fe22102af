using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Bags of rows.</content>
public static partial class Operations
{
    /// <summary>
    /// Reads rows of a table in bags and combines the rows of each bag, as PyTorch's embedding_bag. Kinks, ties and selections are those of
    /// <see cref="Max{T}(Var{T}, int, bool, TieSelection?)"/>.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="table">[symbols, …].</param>
    /// <param name="symbols">The rows of all bags, one bag after another.</param>
    /// <param name="offsets">Where each bag begins among the symbols: from 0, not falling. The last bag ends with the symbols.</param>
    /// <param name="reduction">How the rows of a bag are combined.</param>
    /// <param name="weights">A factor for each symbol's row, [symbols given], applied before rows are combined; none if null. A mean is divided by the number
    /// of rows, not by the sum of weights.</param>
    /// <param name="padding">A symbol that is left out of every bag; none if null.</param>
    /// <returns>[bags, …].</returns>
    /// <exception cref="ArgumentException">Offsets, symbols or weights do not fit each other or the table.</exception>
    public static Var<T> EmbeddingBag<T>(this Var<T> table, ReadOnlySpan<int> symbols, ReadOnlySpan<int> offsets, BagReduction reduction = BagReduction.Mean,
        Var<T>? weights = null, int? padding = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (table.Shape.Rank == 0)
            throw new ArgumentException("embedding bag: a table of rank 0 was given; it needs at least one axis, of rows.", nameof(table));
        if (weights is { } given && given.Shape != Shape.Of(symbols.Length))
            throw new ArgumentException(
                $"embedding bag: weights of shape {given.Shape} were given for {symbols.Length} symbols; there must be one each.", nameof(weights));
        if (offsets.IsEmpty ? !symbols.IsEmpty : offsets[0] != 0)
            throw new ArgumentException(
                $"embedding bag: offsets of [{string.Join(", ", offsets.ToArray())}] were given for {symbols.Length} symbols; the first bag begins at 0.",
                nameof(offsets));
        List<int>[] bags = new List<int>[offsets.Length];
        List<int> kept = [];
        for (int bag = 0; bag < bags.Length; bag++)
        {
            int end = bag + 1 < offsets.Length ? offsets[bag + 1] : symbols.Length;
            if (offsets[bag] < 0 || end < offsets[bag] || end > symbols.Length)
                throw new ArgumentException(
                    $"embedding bag: bag {bag} from {offsets[bag]} to {end} does not lie among {symbols.Length} symbols.", nameof(offsets));
            bags[bag] = [];
            for (int i = offsets[bag]; i < end; i++)
            {
                if ((uint)symbols[i] >= (uint)table.Shape[0])
                    throw new ArgumentException($"embedding bag: symbol {symbols[i]} is not a row of a table of shape {table.Shape}.", nameof(symbols));
                if (symbols[i] == padding)
                    continue;
                bags[bag].Add(weights is null ? symbols[i] : kept.Count);
                kept.Add(i);
            }
        }

        Var<T> rows = table;
        if (weights is { } factors)
        {
            int[] chosen = new int[kept.Count];
            for (int i = 0; i < chosen.Length; i++)
                chosen[i] = symbols[kept[i]];
            Shape places = Shape.Of(chosen.Length), column = new([chosen.Length, .. Enumerable.Repeat(1, table.Shape.Rank - 1)]);
            rows = table.GatherRows(table.Tape.Indices(places, chosen))
                * factors.GatherRows(table.Tape.Indices(places, [.. kept])).Apply(new Rules.Reshape<T>(column));
        }

        return Groups.Reduce(rows, bags, 0, reduction switch
        {
            BagReduction.Sum => static bag => bag.Sum(1),
            BagReduction.Max => static bag => bag.Max(1),
            _ => static bag => bag.Mean(1),
        });
    }
}
