using System.Buffers;
using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>The rows of a sparse Jacobian, one after the other.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>
    /// The Jacobian's entries, row by row, from a reverse pass for each output that ends where nothing recorded before matters to it. Each has the bits of
    /// <see cref="Gradient(Active)"/>. Null if these passes are long: if together they look at each operation more than a few times, products with the whole
    /// Jacobian are cheaper.
    /// </summary>
    internal IReadOnlyList<(int Row, int Column, double Value)>? RowsAlone(ReadOnlySpan<int> nodes)
    {
        const long LooksPerNode = 4;
        const int RowsForEstimate = 64;
        PrepareAdjoints();
        new Span<double>(adjoints, record->Count).Clear();
        int[] places = ArrayPool<int>.Shared.Rent(record->Count), seenBy = ArrayPool<int>.Shared.Rent(record->Count);
        Array.Clear(seenBy);
        PlaceVariables(places);
        List<int> columns = [];
        List<(int, int, double)> entries = [];
        long looks = LooksPerNode * record->Count;
        for (int row = 0; row < nodes.Length && looks >= 0; row++)
        {
            columns.Clear();
            looks -= SweepAlone(nodes[row], row + 1, places, seenBy, columns);
            Span<int> order = CollectionsMarshal.AsSpan(columns);
            order.Sort();
            if (row == RowsForEstimate)
                entries.EnsureCapacity((int)Math.Min(Array.MaxLength, (long)entries.Count * nodes.Length / RowsForEstimate));
            foreach (int column in order)
            {
                int variable = variables[column];
                entries.Add((row, column, adjoints[variable]));
                adjoints[variable] = 0;
            }
        }

        ArrayPool<int>.Shared.Return(places);
        ArrayPool<int>.Shared.Return(seenBy);
        GC.KeepAlive(this);
        return looks < 0 ? null : entries;
    }

    // Goes back from an output until no operation that it depends on is left, and returns how many it looked at. The adjoints of its variables remain, those of
    // operations are 0 again.
    private int SweepAlone(int output, int mark, int[] places, int[] seenBy, List<int> columns)
    {
        int left = 0, node = output;
        Meet(output, places, seenBy, mark, columns, ref left);
        if (output != 0)
            adjoints[output] = 1;
        for (; left > 0; node--)
        {
            if (seenBy[node] != mark)
                continue;
            left--;
            double cotangent = adjoints[node];
            ScalarNode* entry = record->Nodes + node;
            Meet(entry->First, places, seenBy, mark, columns, ref left);
            Meet(entry->Second, places, seenBy, mark, columns, ref left);
            if (cotangent != 0)
            {
                adjoints[entry->First] += cotangent * entry->FirstSlope;
                adjoints[entry->Second] += cotangent * entry->SecondSlope;
            }

            adjoints[node] = 0;
        }

        adjoints[0] = 0;
        return output - node;
    }

    private static void Meet(int node, int[] places, int[] seenBy, int mark, List<int> columns, ref int left)
    {
        if (node == 0 || seenBy[node] == mark)
            return;
        seenBy[node] = mark;
        if (places[node] > 0)
            columns.Add(places[node] - 1);
        else
            left++;
    }

    // Writes for each node the place of the variable that it is, from 1; 0 for operations.
    private void PlaceVariables(int[] places)
    {
        Array.Clear(places);
        for (int i = 0; i < variables.Count; i++)
            places[variables[i]] = i + 1;
    }
}
