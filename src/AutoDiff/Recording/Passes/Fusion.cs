using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// During a replay, runs chains of elementwise operations as one operation; each operation of a chain is the only consumer of the previous one. The first node
/// of a chain computes the last node's value; the other nodes have no value of their own. Any request beyond values and gradients splits the chains again.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record.</param>
internal sealed class Fusion<T>(TapeRecord<T> record)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LongestChain = 8;
    private const int NotFused = -1;

    private readonly List<(int Head, int Last, int Column, int Place)> chains = [];
    private int[] chainOf = [];
    private bool isOn;

    /// <summary>The number of operations that are computed within another operation's pass.</summary>
    public int FusedCount { get; private set; }

    /// <summary>Whether chains are in use, so that the values within them are missing.</summary>
    public bool IsOn => isOn;

    /// <summary>Chooses whether the next replay uses chains.</summary>
    /// <param name="wanted">False if every value is needed.</param>
    public void Switch(bool wanted) => isOn = wanted && chains.Count > 0;

    /// <summary>Finds the chains. They take effect from the next replay on.</summary>
    /// <param name="output">The node whose value is needed.</param>
    /// <param name="branches">The comparisons, which read values.</param>
    public void Find(int output, Branches<T> branches)
    {
        Reset();
        int[] consumers = Consumers(output, branches), length = new int[record.Count];
        chainOf = new int[record.Count];
        Array.Fill(chainOf, NotFused);
        for (int node = 0; node < record.Count; node++)
        {
            if (record.IsLeaf(node) || record.InputCount(node) != 1)
                continue;
            int before = record.InputNode(node, 0);
            if (consumers[before] != 1 || record.IsLeaf(before) || length[before] + 2 > LongestChain
                || record.NeedsGradient(before) != record.NeedsGradient(node))
                continue;
            int chain = chainOf[before];
            (int column, int place) = chain == NotFused ? (record.ColumnNumberAt(before), record.PlaceAt(before)) : (chains[chain].Column, chains[chain].Place);
            if (record.RuleAt(node) is not IFollower<T> follower || record.ColumnOf(column).RuleAt(place) is not IFusible<T> fusible)
                continue;
            FusedRule fused = new(record);
            follower.After(fusible, fused);
            if (chain == NotFused)
            {
                chain = chains.Count;
                chains.Add((before, node, fused.Column, fused.Place));
                chainOf[before] = chain;
            }
            else
            {
                chains[chain] = (chains[chain].Head, node, fused.Column, fused.Place);
            }

            chainOf[node] = chain;
            length[node] = length[before] + 1;
            FusedCount++;
        }
    }

    /// <summary>Whether a node's value is computed within a chain but not kept.</summary>
    public bool IsMissing(int node) => isOn && chainOf[node] != NotFused && chains[chainOf[node]].Last != node;

    /// <summary>Whether a node belongs to a chain and is not its first.</summary>
    public bool IsWithinChain(int node) => isOn && chainOf[node] != NotFused && chains[chainOf[node]].Head != node;

    /// <summary>The first node of a node's chain.</summary>
    public int HeadOf(int node) => chains[chainOf[node]].Head;

    /// <summary>The rule that computes a node: its own, or that of its chain.</summary>
    public (Column<T> Column, int Place) OperationOf(int node)
    {
        if (!isOn || chainOf[node] == NotFused)
            return (record.ColumnAt(node), record.PlaceAt(node));
        (_, _, int column, int place) = chains[chainOf[node]];
        return (record.ColumnOf(column), place);
    }

    /// <summary>Forgets the chains.</summary>
    public void Reset()
    {
        isOn = false;
        FusedCount = 0;
        chains.Clear();
    }

    private int[] Consumers(int output, Branches<T> branches)
    {
        int[] consumers = new int[record.Count];
        foreach (int input in record.AllInputs)
            consumers[input]++;
        consumers[output]++;
        for (int branch = 0; branch < branches.Count; branch++)
        {
            (int x, int y) = branches.NodesOf(branch);
            consumers[x] += 2;
            if (y >= 0)
                consumers[y] += 2;
        }

        return consumers;
    }

    private sealed class FusedRule(TapeRecord<T> record) : IFusion<T>
    {
        public int Column { get; private set; }

        public int Place { get; private set; }

        public void Take<TRule>(in TRule rule)
            where TRule : struct, IRule<T>
        {
            Place = record.ColumnFor<TRule>().Add(rule);
            Column = TapeRecord<T>.NumberOf<TRule>();
        }
    }
}
