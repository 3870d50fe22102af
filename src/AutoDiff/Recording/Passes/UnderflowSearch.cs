using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>Finds values that lost precision near 0 and that a kink or a branch depends on.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to examine.</param>
/// <param name="reverse">The reverse pass, whose cotangents mark the elements that kinks depend on.</param>
/// <param name="branches">The program's own comparisons.</param>
/// <param name="census">Counts on the device.</param>
internal sealed class UnderflowSearch<T>(TapeRecord<T> record, ReversePass<T> reverse, Branches<T> branches, Census<T> census)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // More small numbers than this are looked at only where kinks depend on them.
    private const int MostAsked = 1024;

    private Device Device => record.Device;

    private Cotangents<T> Reach => reverse.Cotangents;

    /// <summary>
    /// Adds the values that lost precision to the obstacles found so far. A first step counts small numbers; only if there are any are elements traced back
    /// from the kinks.
    /// </summary>
    /// <param name="found">The list of obstacles to add to.</param>
    /// <param name="atKinks">The number of kinks of each node.</param>
    public void AddTo(List<Obstacle> found, long[] atKinks)
    {
        if (branches.Ties.Count == 0 && Array.TrueForAll(atKinks, kinks => kinks == 0))
            return;
        bool[] isAbove = new bool[record.Count];
        foreach (int node in branches.TiedNodes)
            isAbove[node] = true;
        for (int node = 0; node < record.Count; node++)
        {
            if (atKinks[node] > 0)
                record.MarkInputs(isAbove, node, record.NeedsGradient);
        }

        record.MarkDependencies(isAbove, record.NeedsGradient);
        KinkTally<T> tally = census.Tally;
        tally.Begin(record.Count);
        for (int node = 0; node < record.Count; node++)
        {
            if (isAbove[node] && MayUnderflow(node))
                Device.AddCount(new IsBelow(SmallestNormal.Of<T>()), record.Value(node), tally.OnDevice, node);
        }

        long[] small = tally.End()[..record.Count].ToArray();
        if (Enumerable.Range(0, small.Length).Any(node => small[node] > 0 && MayHaveUnderflowed(node, small[node])))
            FollowKinksBack(atKinks, small, found);
    }

    // Whether a kink could depend on an underflow here: if no small number is one, those that kinks depend on are none.
    private bool MayHaveUnderflowed(int node, long count)
    {
        if (count > MostAsked)
            return true;
        NDArray<T> marks = Device.Allocate<T>(record.Value(node).Shape);
        Device.Map(new IsBelow(SmallestNormal.Of<T>()), record.Value(node), marks);
        int[] asked = Device.FindNonzero(marks, (int)count);
        Device.Return(marks.Storage);
        try
        {
            return UnderflowsAmong(node, asked).Length > 0;
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }
    }

    private int[] UnderflowsAmong(int node, int[] asked) => record.RuleAt(node) is IKnowsUnderflow<T> knowing
        ? knowing.Underflows(new KinkContext<T>(new Node<T>(record, node)), asked)
        : GuessedUnderflows(node, asked);

    private bool MayUnderflow(int node) => !record.IsLeaf(node) && (record.RuleAt(node) is IKnowsUnderflow<T> knowing
        ? knowing.MayUnderflow
        : !(record.FactsAt(node).KeepsFinite && (record.FactsAt(node).Curvature == Curvature.Affine || record.FactsAt(node).IsPolyhedral)));

    private void FollowKinksBack(long[] atKinks, long[] small, List<Obstacle> found)
    {
        Reach.Release();
        Reach.Grow();
        foreach (int node in branches.TiedNodes)
            Reach.Fill(node, T.One);

        for (int node = record.Count - 1; node >= 0; node--)
        {
            if (!Reach[node].IsNone)
            {
                Device.Map(default(IsNotZero), Reach[node], Reach[node]);
                if (small[node] > 0)
                    AddUnderflow(node, found);
            }

            if (atKinks[node] > 0)
                AddKinksToReach(node);
            if (Reach[node].IsNone)
                continue;
            if (!record.IsLeaf(node))
            {
                Device.Map(default(IsNotZero), Reach[node], Reach[node]);
                record.ColumnAt(node).PassReach(record.PlaceAt(node), reverse.ContextOf(node, record.Selections));
            }

            Reach.Return(node);
        }

        Reach.Release();
    }

    private void AddKinksToReach(int node)
    {
        NDArray<T> kinks = record.ColumnAt(node).Kinks(record.PlaceAt(node), new KinkContext<T>(new Node<T>(record, node)));
        if (kinks.IsNone || kinks.Shape != record.Value(node).Shape)
        {
            if (!kinks.IsNone)
                Device.Return(kinks.Storage);
            Reach.Fill(node, T.One);
        }
        else if (Reach[node].IsNone)
            Reach[node] = kinks;
        else
        {
            Device.Copy(kinks, Reach[node], true);
            Device.Return(kinks.Storage);
        }
    }

    private void AddUnderflow(int node, List<Obstacle> found)
    {
        // Only small numbers that a kink depends on are examined one by one.
        NDArray<T> marks = Device.Allocate<T>(record.Value(node).Shape);
        Device.Map2(new IsBelowWithin(SmallestNormal.Of<T>()), record.Value(node), Reach[node], marks);
        long met = Device.Count(default(Identity), marks);
        int[] asked = met == 0 ? [] : Device.FindNonzero(marks, (int)met);
        Device.Return(marks.Storage);
        if (met == 0)
            return;
        int[] positions = UnderflowsAmong(node, asked);
        if (positions.Length > 0)
            found.Add(new Obstacle(node, record.FactsAt(node), ObstacleKind.ValueUnderflows, record.Value(node).Shape, positions.Length,
                positions[..Math.Min(Census<T>.PositionsListed, positions.Length)])
            { Argument = record.ArgumentOf(node, positions[0]) });
    }

    // For a rule on whole arrays: a subnormal number, where products of inputs may vanish or exponentials decay. A 0 among the inputs does not explain it,
    // because another term may have vanished.
    private int[] GuessedUnderflows(int node, int[] asked)
    {
        bool vanishes = record.FactsAt(node).TameClass > TameClass.GloballySubanalytic;
        for (int index = 0; !vanishes && index < record.InputCount(node); index++)
            vanishes = Device.Count(new IsSmall(Underflow.SafeFactor<T>()), record.InputValue(node, index)) > 0;
        return vanishes ? asked : [];
    }

    // Whether a number is closer to 0 than a bound, but not 0.
    internal readonly struct IsSmall(double bound) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.IfGreater(L.Broadcast(bound), L.Abs(x), L.Constant(1), L.Constant(0)));
    }

    internal readonly struct IsBelow(double bound) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(L.Broadcast(bound), L.Abs(x), L.Constant(1), L.Constant(0));
    }

    internal readonly struct IsBelowWithin(double bound) : IBinaryMap
    {
        public L Invoke<L>(L x, L reach)
            where L : struct, ILane<L> =>
                L.IfEqual(reach, L.Constant(0), L.Constant(0), L.IfGreater(L.Broadcast(bound), L.Abs(x), L.Constant(1), L.Constant(0)));
    }
}
