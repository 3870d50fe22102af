using System.Numerics;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Scalars;

/// <content>The sparsity of the Jacobian.</content>
public sealed unsafe partial class ScalarTape
{
    // Outputs whose dependencies are found in one pass over the record, a bit for each.
    private const int MasksAtOnce = 512;
    private const int BitsOfWord = 64;

    /// <summary>The variables that each output depends on, in order.</summary>
    /// <remarks>
    /// The operations below an output are searched from it. That is cheap while outputs depend on few operations; when the searches have visited each operation
    /// several times, the remaining outputs are marked in reverse passes with a bit for each.
    /// </remarks>
    internal int[][] Pattern(ReadOnlySpan<int> nodes)
    {
        int[][] pattern = new int[nodes.Length][];
        int searched = Search(nodes, pattern);
        for (int first = searched; first < nodes.Length; first += MasksAtOnce)
        {
            int count = Math.Min(MasksAtOnce, nodes.Length - first);
            Mark(nodes.Slice(first, count), pattern.AsSpan(first, count));
        }

        GC.KeepAlive(this);
        return pattern;
    }

    // Searches from the outputs, up to a limit of visits, and returns the number of outputs done.
    private int Search(ReadOnlySpan<int> nodes, Span<int[]> pattern)
    {
        const long VisitsPerNode = 8;
        int[] places = new int[record->Count], seenBy = new int[record->Count];
        PlaceVariables(places);
        Stack<int> open = new();
        List<int> found = [];
        long visits = VisitsPerNode * record->Count;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (visits < 0)
                return i;
            found.Clear();
            Visit(nodes[i], i);
            while (open.TryPop(out int node))
            {
                visits--;
                if (places[node] > 0)
                {
                    found.Add(places[node] - 1);
                    continue;
                }

                Visit(record->Nodes[node].First, i);
                Visit(record->Nodes[node].Second, i);
            }

            found.Sort();
            pattern[i] = [.. found];
        }

        return nodes.Length;

        void Visit(int node, int output)
        {
            if (node == 0 || seenBy[node] == output + 1)
                return;
            seenBy[node] = output + 1;
            open.Push(node);
        }
    }

    private void Mark(ReadOnlySpan<int> nodes, Span<int[]> pattern)
    {
        Vector512<ulong>[] masks = new Vector512<ulong>[record->Count];
        for (int i = 0; i < nodes.Length; i++)
            masks[nodes[i]] |= Vector512<ulong>.Zero.WithElement(i / BitsOfWord, 1UL << (i % BitsOfWord));
        for (int node = record->Count - 1; node > 0; node--)
        {
            Vector512<ulong> mask = masks[node];
            if (mask == Vector512<ulong>.Zero)
                continue;
            masks[record->Nodes[node].First] |= mask;
            masks[record->Nodes[node].Second] |= mask;
        }

        List<int>[] found = [.. Enumerable.Range(0, nodes.Length).Select(_ => new List<int>())];
        for (int i = 0; i < variables.Count; i++)
        {
            for (int word = 0; word < Vector512<ulong>.Count; word++)
            {
                for (ulong bits = masks[variables[i]][word]; bits != 0; bits &= bits - 1)
                    found[(word * BitsOfWord) + BitOperations.TrailingZeroCount(bits)].Add(i);
            }
        }

        for (int i = 0; i < nodes.Length; i++)
            pattern[i] = [.. found[i]];
    }
}
