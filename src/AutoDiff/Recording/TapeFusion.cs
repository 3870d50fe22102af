using System.Numerics;

namespace ConservativeAD;

/// <content>
/// Chains of elementwise operations, each the only consumer of the one before, run as one operation while a record is replayed. The first node of a chain computes the last one's value; the
/// others stand for it. Whatever asks for more than values and gradients takes the chains apart again.
/// </content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LongestChain = 8;
    private const int NotFused = -1;

    private readonly List<(int Head, int Last, int Column, int Place)> chains = [];
    private int[] chainOf = [];
    private bool isFused;

    /// <summary>How many operations are computed within another's pass.</summary>
    internal int FusedCount { get; private set; }

    /// <summary>Finds the chains. They count from the next replay on.</summary>
    /// <param name="output">What is wanted of the record.</param>
    internal void Fuse(Var<T> output)
    {
        isFused = false;
        FusedCount = 0;
        chains.Clear();

        // Halves are rounded after every operation; an anomaly is to name one; an effect may read any value.
        if (typeof(T) == typeof(Half) || DetectAnomalies || effects.Count > 0)
            return;
        int[] consumers = new int[count];
        for (int i = 0; i < inputCount; i++)
            consumers[inputs[i]]++;
        consumers[output.Node]++;
        foreach ((_, int x, int y, _, _, _) in branches)
        {
            consumers[x] += 2;
            if (y >= 0)
                consumers[y] += 2;
        }

        chainOf = new int[count];
        Array.Fill(chainOf, NotFused);
        int[] length = new int[count];
        for (int node = 0; node < count; node++)
        {
            if (columnOf[node] == Leaf || InputCount(node) != 1 || consumers[InputNode(node, 0)] != 1 || columnOf[InputNode(node, 0)] == Leaf)
                continue;
            int before = InputNode(node, 0), chain = chainOf[before];
            (int column, int place) = chain == NotFused ? (columnOf[before], placeInColumn[before]) : (chains[chain].Column, chains[chain].Place);
            if (length[before] + 2 > LongestChain
                || needsGradient[before] != needsGradient[node]
                || columns[columnOf[node]]!.RuleAt(placeInColumn[node]) is not IFollower<T> follower
                || columns[column]!.RuleAt(place) is not IFusible<T> fusible)
                continue;
            FusedRule fused = new(this);
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

    /// <summary>Sees to it that every recorded value is there, for what looks at operations one by one.</summary>
    internal void NeedEveryValue()
    {
        CheckNotReleased();
        if (!isFused)
            return;
        TryReplay(recomputes: true);
    }

    /// <summary>Sees to it that a value is there, for who reads it.</summary>
    internal void NeedValue(int node)
    {
        if (isFused && chainOf[node] != NotFused && chains[chainOf[node]].Last != node)
            NeedEveryValue();
    }

    private bool IsWithinChain(int node) => isFused && chainOf[node] != NotFused && chains[chainOf[node]].Head != node;

    private (Column<T> Column, int Place) OperationOf(int node)
    {
        if (!isFused || chainOf[node] == NotFused)
            return (columns[columnOf[node]]!, placeInColumn[node]);
        (_, _, int column, int place) = chains[chainOf[node]];
        return (columns[column]!, place);
    }

    private sealed class FusedRule(Tape<T> tape) : IFusion<T>
    {
        public int Column { get; private set; }

        public int Place { get; private set; }

        public void Take<TRule>(in TRule rule)
            where TRule : struct, IRule<T>
        {
            Place = tape.ColumnOf<TRule>().Add(rule);
            Column = ColumnNumber<TRule>.Value;
        }
    }
}
