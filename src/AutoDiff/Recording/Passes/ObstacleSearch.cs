using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// Finds what prevents certification of results at the recorded point: values and gradients that are not finite, infinite slopes, jumps and ends of domains, at
/// elements that the output depends on. A first step counts suspicious elements, in one pass over the inputs of the operations concerned. Only if it counts any
/// are elements traced back from the output.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to examine.</param>
/// <param name="reverse">The reverse pass, whose cotangents mark the elements that are reached.</param>
/// <param name="branches">The program's own comparisons.</param>
/// <param name="census">Counts the kinks.</param>
internal sealed class ObstacleSearch<T>(TapeRecord<T> record, ReversePass<T> reverse, Branches<T> branches, Census<T> census)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly OperationFacts VariableFacts = new("variable", TameClass.Polynomial);
    private static readonly OperationFacts Mask = new("is greater", TameClass.SemiAlgebraic)
    {
        IsSmooth = false,
        IsContinuous = false,
        IsLocallyLipschitz = false
    };

    private readonly UnderflowSearch<T> underflows = new(record, reverse, branches, census);
    private bool[] knownFinite = [];
    private long choicesAtTies;

    private Device Device => record.Device;

    private Cotangents<T> Reach => reverse.Cotangents;

    /// <summary>Whether the current search already found a value finite.</summary>
    public bool IsKnownFinite(int node) => knownFinite[node];

    /// <summary>Notes that a value is finite.</summary>
    public void NoteFinite(int node) => knownFinite[node] = true;

    /// <summary>The number of elements that may be at a kink or an obstacle, over all operations.</summary>
    public long Trouble(Var<T> output) => CountTrouble(RootsOf(output.Node)).Sum();

    /// <summary>
    /// The kinks that an output depends on, by node, the obstacles to certifying its value and gradient, and the number of elements that were chosen by
    /// comparing equal numbers: two values that meet at the point and may differ beside it. The gradient itself is checked after its pass.
    /// </summary>
    public (long[] AtKinks, IReadOnlyList<Obstacle> Obstacles, int ChoicesAtTies) Look(Var<T> output)
    {
        choicesAtTies = 0;
        int count = record.Count;
        int[] roots = RootsOf(output.Node);
        long[] trouble = CountTrouble(roots), atKinks = new long[count];
        if (branches.Ties.Count == 0 && Array.TrueForAll(trouble, met => met == 0))
            return (atKinks, [], 0);
        bool[] reached = census.Reached(output.Node);
        ReadOnlySpan<long> kinks = census.Counted(count, node => trouble[node] > 0);
        bool isClear = Array.TrueForAll(trouble[count..], met => met == 0);
        for (int node = 0; node < count; node++)
        {
            if (reached[node])
                atKinks[node] = kinks[node];
            isClear &= trouble[node] == 0
                || (trouble[node] == kinks[node] && record.FactsAt(node) is { HasFiniteSlopes: true, IsContinuous: true, IsLocallyLipschitz: true });
        }

        List<Obstacle> obstacles = isClear ? [] : Find(roots);
        underflows.AddTo(obstacles, atKinks);
        return (atKinks, obstacles, (int)Math.Min(choicesAtTies, int.MaxValue));
    }

    /// <summary>The leaves whose gradient is not finite, after a pass.</summary>
    public List<Obstacle> OfGradients()
    {
        KinkTally<T> tally = census.Tally;
        tally.Begin(record.Count);
        for (int node = 0; node < Reach.Count; node++)
        {
            if (record.IsLeaf(node) && record.NeedsGradient(node) && !Reach[node].IsNone)
                Device.AddCount(default(IsNotFinite), Reach[node], tally.OnDevice, node);
        }

        ReadOnlySpan<long> bad = tally.End();
        List<Obstacle> found = [];
        for (int node = 0; node < Reach.Count; node++)
        {
            if (bad[node] == 0)
                continue;
            NDArray<T> marks = Device.Allocate<T>(record.Value(node).Shape);
            Device.Map(default(IsNotFinite), Reach[node], marks);
            found.Add(new Obstacle(node, VariableFacts, ObstacleKind.GradientNotFinite, marks.Shape, bad[node], Listed(marks, bad[node])));
            Device.Return(marks.Storage);
        }

        return found;
    }

    /// <summary>For a rule on whole arrays that makes no promise about its slopes: whether its pullback of ones is finite.</summary>
    public bool IsPullbackFinite(int node) => Reach.Aside(() =>
    {
        Reach.Fill(node, T.One);
        record.ColumnAt(node).Pullback(record.PlaceAt(node), reverse.ContextOf(node, record.Selections));
        return Enumerable.Range(0, record.Count).All(input => Reach[input].IsNone || Device.Count(default(IsNotFinite), Reach[input]) == 0);
    });

    // The output and the values compared by branches and masks, since the program's path depends on them.
    private int[] RootsOf(int output)
    {
        HashSet<int> roots = [output];
        for (int branch = 0; branch < branches.Count; branch++)
        {
            (int x, int y) = branches.NodesOf(branch);
            roots.Add(x);
            if (y >= 0)
                roots.Add(y);
        }

        foreach ((int x, int y) in branches.Masks)
        {
            roots.Add(x);
            roots.Add(y);
        }

        roots.RemoveWhere(node => !record.NeedsGradient(node));
        return [.. roots];
    }

    // One count per node, then one per root for elements that are not finite, then one per mask for ties.
    private long[] CountTrouble(int[] roots)
    {
        int count = record.Count, places = count + 1 + branches.Masks.Count;
        bool[] reached = new bool[count];
        foreach (int root in roots)
            reached[root] = true;
        record.MarkDependencies(reached, record.NeedsGradient);
        KinkTally<T> tally = census.Tally;
        tally.Begin(places);
        if (knownFinite.Length < count)
            knownFinite = new bool[record.Capacity];
        Array.Clear(knownFinite);
        for (int node = 0; node < count; node++)
        {
            // A variable is checked as a whole, even where nothing depends on it, because it is part of the point.
            if (record.IsLeaf(node) && record.NeedsGradient(node))
            {
                CountNotFinite(node);
                knownFinite[node] = true;
            }

            if (!reached[node] || record.IsLeaf(node))
                continue;
            Column<T> column = record.ColumnAt(node);
            column.CountTrouble(record.PlaceAt(node), new KinkContext<T>(new Node<T>(record, node), tally, this));
            bool keeps = column.Facts.KeepsFinite || (column.Facts.IsBounded && column.Facts.HasFiniteSlopes);
            for (int index = 0; keeps && index < record.InputCount(node); index++)
                keeps = knownFinite[record.InputNode(node, index)];
            knownFinite[node] |= keeps;
        }

        foreach (int root in roots)
        {
            if (!knownFinite[root])
                CountNotFinite(root);
        }

        for (int i = 0; i < branches.Masks.Count; i++)
        {
            NDArray<T> ties = TiesOf(branches.Masks[i]);
            Device.AddCount(default(Identity), ties, tally.OnDevice, count + 1 + i);
            Device.Return(ties.Storage);
        }

        return tally.End()[..places].ToArray();
    }

    private void CountNotFinite(int node)
    {
        try
        {
            Device.AddCount(default(IsNotFinite), record.Value(node), census.Tally.OnDevice, record.Count);
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }
    }

    private NDArray<T> TiesOf((int X, int Y) mask)
    {
        NDArray<T> x = record.Value(mask.X), y = record.Value(mask.Y), ties = Device.Allocate<T>(Shape.Broadcast(x.Shape, y.Shape, Mask.Name));
        Device.Map2(default(Arithmetic.Equality), x, y, ties);
        return ties;
    }

    // Traces the elements that the roots depend on, from the last operation back, and examines each.
    private List<Obstacle> Find(int[] roots)
    {
        List<Obstacle> found = [];
        bool[] notFinite = new bool[record.Count];
        Reach.Release();
        Reach.Grow();
        foreach (int root in roots)
            Reach.Fill(root, T.One);
        for (int node = record.Count - 1; node >= 0; node--)
        {
            if (record.IsLeaf(node) && record.NeedsGradient(node))
                Reach.Fill(node, T.One);
            if (Reach[node].IsNone)
                continue;
            Device.Map(default(IsNotZero), Reach[node], Reach[node]);
            notFinite[node] = AddValue(node, found);
            if (!record.IsLeaf(node))
            {
                AddOperation(node, found);
                record.ColumnAt(node).PassReach(record.PlaceAt(node), reverse.ContextOf(node, record.Selections));
            }

            Reach.Return(node);
        }

        Reach.Release();

        // A value that is not finite because its input is not finite is reported at the input.
        found.RemoveAll(obstacle => notFinite[obstacle.Node]
            && Enumerable.Range(0, record.InputCount(obstacle.Node)).Any(index => notFinite[record.InputNode(obstacle.Node, index)]));
        foreach ((int X, int Y) mask in branches.Masks)
            AddMask(mask, found);
        return [.. found.OrderBy(obstacle => obstacle.Node)];
    }

    private bool AddValue(int node, List<Obstacle> found)
    {
        NDArray<T> marks = Device.Allocate<T>(record.Value(node).Shape);
        try
        {
            Device.Map2(default(NotFiniteWithin), record.Value(node), Reach[node], marks);
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }

        long bad = Device.Count(default(Identity), marks);
        if (bad > 0)
        {
            int[] positions = Listed(marks, bad);
            ObstacleKind kind = record.IsLeaf(node) ? ObstacleKind.VariableNotFinite
                : T.IsNaN(record.Value(node).ToArray()[positions[0]]) ? ObstacleKind.OutsideDomain : ObstacleKind.InfiniteValue;
            found.Add(new Obstacle(node, FactsOf(node), kind, marks.Shape, bad, positions) { Argument = record.ArgumentOf(node, positions[0]) });
        }

        Device.Return(marks.Storage);
        return bad > 0;
    }

    private void AddOperation(int node, List<Obstacle> found)
    {
        Column<T> column = record.ColumnAt(node);
        NDArray<T> marks = column.Obstacles(record.PlaceAt(node), new KinkContext<T>(new Node<T>(record, node)));
        if (!column.Facts.HasFiniteSlopes && marks.IsNone && !IsPullbackFinite(node))
            found.Add(new Obstacle(node, FactsOf(node), ObstacleKind.InfiniteSlope, Shape.Scalar, 1, [0]));
        if (column.Facts is { IsLocallyLipschitz: false, IsSmooth: false })
            choicesAtTies += CountReached(node, column.Kinks(record.PlaceAt(node), new KinkContext<T>(new Node<T>(record, node))));
        if (marks.IsNone)
            return;
        bool isReached = Device.Count(default(Identity), Reach[node]) > 0;
        if (marks.Shape == Reach[node].Shape)
            Device.Map3(default(OfFiniteWithin), marks, record.Value(node), Reach[node], marks);
        if (isReached && Device.Count(default(Identity), marks) > 0)
            AddMarked(node, marks, found);
        Device.Return(marks.Storage);
    }

    private long CountReached(int node, in NDArray<T> marks)
    {
        if (marks.IsNone)
            return 0;
        if (marks.Shape == Reach[node].Shape)
            Device.Map3(default(OfFiniteWithin), marks, record.Value(node), Reach[node], marks);
        long count = Device.Count(default(Identity), marks);
        Device.Return(marks.Storage);
        return count;
    }

    private void AddMarked(int node, in NDArray<T> marks, List<Obstacle> found)
    {
        T[] kinds = marks.ToArray();
        foreach (IGrouping<T, int> group in Enumerable.Range(0, kinds.Length).Where(element => kinds[element] != T.Zero).GroupBy(element => kinds[element]))
        {
            int[] positions = [.. group.Take(Census<T>.PositionsListed)];
            ObstacleKind kind = (ObstacleKind)int.CreateTruncating(group.Key);
            found.Add(new Obstacle(node, FactsOf(node), kind, marks.Shape, group.LongCount(), positions) { Argument = record.ArgumentOf(node, positions[0]) });
        }
    }

    private void AddMask((int X, int Y) mask, List<Obstacle> found)
    {
        NDArray<T> ties = TiesOf(mask);
        long tied = Device.Count(default(Identity), ties);
        if (tied > 0)
            found.Add(new Obstacle(Math.Max(mask.X, mask.Y), Mask, ObstacleKind.TiedMask, ties.Shape, tied, Listed(ties, tied)));
        Device.Return(ties.Storage);
    }

    private int[] Listed(in NDArray<T> marks, long count) => Device.FindNonzero(marks, (int)Math.Min(Census<T>.PositionsListed, count));

    private OperationFacts FactsOf(int node) => record.IsLeaf(node) ? VariableFacts : record.FactsAt(node);
}
