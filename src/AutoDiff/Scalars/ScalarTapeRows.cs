using System.Buffers;
using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>The rows of a sparse Jacobian, one after the other.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>
    /// The Jacobian's entries, row by row, from a reverse pass for each output over the operations that it depends on alone. Null if these are too many: if all
    /// outputs together visit each operation more than a few times, products with the whole Jacobian are cheaper.
    /// </summary>
    internal IReadOnlyList<(int Row, int Column, double Value)>? RowsAlone(ReadOnlySpan<int> nodes)
    {
        const long VisitsPerNode = 4;
        const int RowsForEstimate = 64;
        PrepareAdjoints();
        new Span<double>(adjoints, record->Count).Clear();
        int[] places = ArrayPool<int>.Shared.Rent(record->Count), seenBy = ArrayPool<int>.Shared.Rent(record->Count);
        Array.Clear(seenBy);
        PlaceVariables(places);
        Stack<int> open = new();
        List<int> finished = [], columns = [];
        List<double> values = [];
        List<(int, int, double)> entries = [];
        long visits = VisitsPerNode * record->Count;
        for (int row = 0; row < nodes.Length && visits >= 0; row++)
        {
            OrderBelow(nodes[row], row + 1, open, seenBy, finished);
            visits -= finished.Count;
            columns.Clear();
            values.Clear();
            SweepBack(nodes[row], finished, places, columns, values);
            Span<int> order = CollectionsMarshal.AsSpan(columns);
            Span<double> sorted = CollectionsMarshal.AsSpan(values);
            order.Sort(sorted);
            if (row == RowsForEstimate)
                entries.EnsureCapacity((int)Math.Min(Array.MaxLength, (long)entries.Count * nodes.Length / RowsForEstimate));
            for (int k = 0; k < order.Length; k++)
                entries.Add((row, order[k], sorted[k]));
        }

        ArrayPool<int>.Shared.Return(places);
        ArrayPool<int>.Shared.Return(seenBy);
        GC.KeepAlive(this);
        return visits < 0 ? null : entries;
    }

    private void SweepBack(int output, List<int> finished, int[] places, List<int> columns, List<double> values)
    {
        adjoints[output] = 1;
        for (int k = finished.Count - 1; k >= 0; k--)
        {
            int node = finished[k];
            double cotangent = adjoints[node];
            if (places[node] > 0)
            {
                columns.Add(places[node] - 1);
                values.Add(cotangent);
            }
            else if (cotangent != 0)
            {
                ScalarNode* entry = record->Nodes + node;
                adjoints[entry->First] += cotangent * entry->FirstSlope;
                adjoints[entry->Second] += cotangent * entry->SecondSlope;
            }

            adjoints[node] = 0;
        }

        adjoints[0] = 0;
    }

    // The nodes below one, itself included, each after its inputs.
    private void OrderBelow(int output, int mark, Stack<int> open, int[] seenBy, List<int> finished)
    {
        finished.Clear();
        if (output != 0)
            open.Push(output);
        while (open.TryPop(out int node))
        {
            if (node < 0)
            {
                finished.Add(~node);
                continue;
            }

            if (seenBy[node] == mark)
                continue;
            seenBy[node] = mark;
            open.Push(~node);
            ScalarNode* entry = record->Nodes + node;
            if (entry->First != 0 && seenBy[entry->First] != mark)
                open.Push(entry->First);
            if (entry->Second != 0 && seenBy[entry->Second] != mark)
                open.Push(entry->Second);
        }
    }

    // Writes for each node the place of the variable that it is, from 1; 0 for operations.
    private void PlaceVariables(int[] places)
    {
        Array.Clear(places);
        for (int i = 0; i < variables.Count; i++)
            places[variables[i]] = i + 1;
    }
}
