using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// Finds derivatives that became too small for the number type within a reverse pass and that the gradient depends on. The pass counts where cotangents become
/// tiny; tangents tell whether such a place can matter; only then is the pass made again with exponents of any size.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record.</param>
/// <param name="tangents">The tangents that measure how much a place matters, and that decide at locked kinks.</param>
internal sealed class LossSearch<T>(TapeRecord<T> record, Tangents<T> tangents)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KinkTally<T> tally = new(record.Device);
    private bool locked;
    private long[]? atKinks;

    /// <summary>The distance from 1 to the next number.</summary>
    public static double Precision { get; } = double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    /// <summary>A cotangent that is smaller has lost digits.</summary>
    public static double Tiny { get; } = typeof(T) == typeof(Half) ? SmallestNormal.Of<T>() : LostSlopes.Tiny(SmallestNormal.Of<T>(), Precision);

    private Device Device => record.Device;

    /// <summary>Begins to watch a pass.</summary>
    /// <param name="isLocked">Whether kinks are locked along the tangents.</param>
    /// <param name="kinks">The number of kinks of each operation, if known.</param>
    public void Begin(bool isLocked, long[]? kinks)
    {
        (locked, atKinks) = (isLocked, kinks);
        tally.Begin(2 * record.Count);
    }

    /// <summary>Counts, after an operation's pullback, where an input's cotangent became tiny.</summary>
    public void Note(int node, Cotangents<T> cotangents)
    {
        if (!MayLose(node))
            return;
        OperationFacts facts = record.FactsAt(node);
        if (facts.Curvature == Curvature.Product && !HasSmallFactors(node, cotangents))
            return;
        for (int index = 0; index < record.InputCount(node); index++)
        {
            int input = record.InputNode(node, index);
            if (!cotangents.Has(input) || (record.IsLeaf(input) && !LostSlopes.IsCurved(facts)))
                continue;
            NDArray<T> before = cotangents[node], after = cotangents[input];
            if (before.Shape != after.Shape || ReferenceEquals(before.Storage, after.Storage))
            {
                Device.AddCount(new UnderflowSearch<T>.IsBelow(Tiny), after, tally.OnDevice, node);
                continue;
            }

            double share = LostSlopes.IsCurved(facts) ? LostSlopes.ShareLost(facts, SmallestNormal.Of<T>(), Precision) : 0;
            NDArray<T> marks = Device.Allocate<T>(after.Shape);
            Device.Map2(new IsLost(Tiny, share), before, after, marks);
            Device.AddCount(default(Identity), marks, tally.OnDevice, node);
            if (share > 0)
            {
                Device.Map2(new IsLargeAndLost(1 / Precision, share), before, after, marks);
                Device.AddCount(default(Identity), marks, tally.OnDevice, record.Count + node);
            }

            Device.Return(marks.Storage);
        }
    }

    /// <summary>The operation at which the watched pass lost a derivative that its gradient depends on; null if none did.</summary>
    /// <param name="output">The output of the pass.</param>
    /// <param name="reverse">The pass.</param>
    /// <param name="carry">Gives the leaves a random direction and carries tangents to the output; null if tangents are there.</param>
    public Obstacle? End(int output, ReversePass<T> reverse, Action? carry)
    {
        long[] counts = tally.End()[..(2 * record.Count)].ToArray(), places = counts[..record.Count];
        if (Array.TrueForAll(counts, met => met == 0))
            return null;
        carry?.Invoke();
        return Array.Exists(counts[record.Count..], met => met > 0)
            || Array.Exists([.. Enumerable.Range(0, record.Count).Where(node => places[node] > 0)], MayMatter)
            ? new WidePass<T>(record, reverse, tangents, locked, atKinks).Loss(output, Array.FindLastIndex(places, met => met > 0))
            : null;
    }

    // Products of numbers that are not small keep their digits, and a factor of 0 loses nothing.
    private bool HasSmallFactors(int node, Cotangents<T> cotangents)
    {
        UnderflowSearch<T>.IsSmall isSmall = new(Underflow.SafeFactor<T>());
        bool has = Device.Count(isSmall, cotangents[node]) > 0;
        for (int index = 0; !has && index < record.InputCount(node); index++)
            has = Device.Count(isSmall, record.InputValue(node, index)) > 0;
        return has;
    }

    // Where the tangents of an input are neither large nor all tiny, what is lost stays below rounding.
    private bool MayMatter(int node)
    {
        for (int index = 0; index < record.InputCount(node); index++)
        {
            int input = record.InputNode(node, index);
            if (!record.NeedsGradient(input))
                continue;
            if (!tangents.Has(input))
                return true;
            long size = tangents[input].Count;
            bool areModerate = Device.Count(new UnderflowSearch<T>.IsBelow(1 / Precision), tangents[input]) == size;
            if (!areModerate || Device.Count(new UnderflowSearch<T>.IsBelow(Tiny), tangents[input]) == size)
                return true;
        }

        return false;
    }

    // Selections and sums pass cotangents on as they are.
    private bool MayLose(int node)
    {
        OperationFacts facts = record.FactsAt(node);
        return record.RuleAt(node) is IKnowsUnderflow<T> { MayUnderflow: true }
            || !(facts.KeepsFinite && (facts.Curvature == Curvature.Affine || facts.IsPolyhedral));
    }

    // A cotangent became tiny, or so small a share of the one before that the slope has lost its digits.
    internal readonly struct IsLost(double bound, double share) : IBinaryMap
    {
        public L Invoke<L>(L before, L after)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0), one = L.Constant(1);
            L tiny = L.IfGreater(L.Broadcast(bound), L.Abs(after), one, zero);
            L isSmallShare = L.IfGreater(L.Broadcast(share) * L.Abs(before), L.Abs(after), one, tiny);
            return L.IfGreater(L.Broadcast(bound), L.Abs(before), zero, isSmallShare);
        }
    }

    // A large cotangent met a slope that has lost its digits.
    internal readonly struct IsLargeAndLost(double bound, double share) : IBinaryMap
    {
        public L Invoke<L>(L before, L after)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfGreater(L.Abs(before), L.Broadcast(bound), L.IfGreater(L.Broadcast(share) * L.Abs(before), L.Abs(after), L.Constant(1), zero), zero);
        }
    }
}
