using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Running a record again on what its leaves hold now, in the memory that it has.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(int Node, int X, int Y, T Constant, int Order, bool IsUnordered)> branches = [];
    private readonly List<(int Node, Action Effect)> effects = [];
    private (int Begin, int End)[] ownedBy = new (int Begin, int End)[64];
    private (int Begin, int End)[] ownedIndicesBy = new (int Begin, int End)[64];
    private int nextOwned = NotReplaying;
    private int nextOwnedIndices = NotReplaying;

    private const int NotReplaying = -1;

    /// <summary>Whether a program read values while it was recorded, and may have decided something by them.</summary>
    internal bool WasRead { get; set; }

    /// <summary>Whether tangents are carried along, which a replay does not renew.</summary>
    internal bool HasTangents => tangentCount > 0;

    /// <summary>A number that differs between records.</summary>
    internal int Generation => generation;

    /// <summary>Whether values are being computed a second time for the reverse pass: random numbers are then those of the first.</summary>
    internal bool IsRecomputing { get; private set; }

    /// <summary>
    /// Does something now, and again each time that the record up to here is replayed: what a layer does beside its operations, such as following statistics. Not done when a segment is
    /// computed again for the reverse pass.
    /// </summary>
    /// <param name="effect">What to do. It may read values recorded so far.</param>
    public void EveryRun(Action effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        ObjectDisposedException.ThrowIf(disposed, this);
        effects.Add((count, effect));
        effect();
    }

    /// <summary>Computes every recorded value again from what the leaves hold now.</summary>
    /// <param name="recomputes">Whether the leaves are unchanged and only memory was given up in between.</param>
    /// <returns>Whether every comparison turned out as it was recorded; if not, values from there on are stale.</returns>
    internal bool TryReplay(bool recomputes = false)
    {
        ReleaseCotangents();
        IsRecomputing = recomputes;
        isReleased = false;
        isFused = chains.Count > 0 && !recomputes;
        try
        {
            int branch = 0, effect = 0;
            for (int node = 0; node <= count; node++)
            {
                for (; branch < branches.Count && branches[branch].Node == node; branch++)
                {
                    if (!HoldsStill(branches[branch]))
                        return false;
                }

                for (; effect < effects.Count && effects[effect].Node == node; effect++)
                {
                    if (!recomputes)
                        effects[effect].Effect();
                }

                if (node < count && columnOf[node] != Leaf)
                    Renew(node);
            }

            return true;
        }
        catch (BranchChangedException)
        {
            return false;
        }
        finally
        {
            IsRecomputing = false;
        }
    }

    /// <summary>Gives the memory of everything computed up; the record and what was copied to the tape stay, to compute it again.</summary>
    internal void ReleaseValues()
    {
        ReleaseCotangents();
        ReleaseTangents();
        for (int node = 0; node < count; node++)
        {
            if (columnOf[node] != Leaf)
                ReleaseValue(node, null);
        }

        isReleased = true;
    }

    private void Renew(int node)
    {
        if (IsWithinChain(node))
        {
            values[node] = values[chains[chainOf[node]].Head];
            return;
        }

        (Column<T> column, int place) = OperationOf(node);
        nextOwned = ownedBy[node].Begin;
        nextOwnedIndices = ownedIndicesBy[node].Begin;
        try
        {
            values[node] = column.Value(place, new Recording<T>(this, node));
        }
        finally
        {
            nextOwned = NotReplaying;
            nextOwnedIndices = NotReplaying;
        }

        if (DetectAnomalies)
            CheckFinite(values[node], column.Facts.Name, node, "value");
        CarryTangent(node);
    }

    private bool HoldsStill((int Node, int X, int Y, T Constant, int Order, bool IsUnordered) branch)
    {
        T left = values[branch.X].GetScalar(), right = branch.Y < 0 ? branch.Constant : values[branch.Y].GetScalar();
        return left.CompareTo(right) == branch.Order && (T.IsNaN(left) || T.IsNaN(right)) == branch.IsUnordered;
    }

    private void NoteBranch(int x, int y, T left, T right)
    {
        branches.Add((count, x, y, right, left.CompareTo(right), T.IsNaN(left) || T.IsNaN(right)));
    }

    // In a replay an operation asks for the same memory in the same order as when it was recorded.
    private NDArray<T> Again(in Shape shape)
    {
        Storage<T> storage = owned[nextOwned] ??= Device.Rent<T>(shape.Count);
        nextOwned++;
        return new NDArray<T>(storage, shape);
    }

    private NDArray<int> IndicesAgain(in Shape shape)
    {
        Storage<int> storage = ownedIndices[nextOwnedIndices] ??= Device.Rent<int>(shape.Count);
        nextOwnedIndices++;
        return new NDArray<int>(storage, shape);
    }
}
