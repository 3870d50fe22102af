using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Runs a record again on the current contents of its leaves, in the memory that it already has.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to run.</param>
/// <param name="branches">The comparisons, which must have the recorded results.</param>
/// <param name="fusion">Chains of operations that run as one.</param>
/// <param name="tangents">Carried along if the tape has any.</param>
/// <param name="cotangents">Released before the run.</param>
internal sealed class RecordReplay<T>(TapeRecord<T> record, Branches<T> branches, Fusion<T> fusion, Tangents<T> tangents, Cotangents<T> cotangents)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(int Node, Action Effect)> effects = [];

    // A reverse pass or a checkpoint released values.
    private bool isReleased;

    /// <summary>Runs an action now and again in each replay.</summary>
    public void Add(Action effect)
    {
        effects.Add((record.Count, effect));
        effect();
    }

    /// <summary>Finds chains of operations for later replays.</summary>
    /// <param name="output">The node whose value is needed.</param>
    public void Fuse(int output)
    {
        fusion.Reset();

        // Half rounds after every operation, anomaly detection must name a single operation, and a side effect may read any value.
        if (typeof(T) != typeof(Half) && !record.DetectsAnomalies && effects.Count == 0)
            fusion.Find(output, branches);
    }

    /// <summary>Recomputes every recorded value from the current contents of the leaves.</summary>
    /// <param name="recomputes">Whether the leaves are unchanged and only released memory is filled again.</param>
    /// <returns>Whether every comparison had the recorded result. If not, the values from that comparison on are stale.</returns>
    /// <exception cref="ArrayChangedException">A leaf was changed although values are only to be recomputed.</exception>
    public bool TryRun(bool recomputes = false)
    {
        cotangents.Release();
        record.IsRecomputing = recomputes;
        isReleased = false;
        fusion.Switch(!recomputes);
        int node = 0;
        try
        {
            int branch = 0, effect = 0;
            for (; node <= record.Count; node++)
            {
                for (; branch < branches.Count && branches.NodeOf(branch) == node; branch++)
                {
                    if (!branches.StillHolds(branch))
                        return false;
                }

                for (; effect < effects.Count && effects[effect].Node == node; effect++)
                {
                    if (!recomputes)
                        effects[effect].Effect();
                }

                if (node == record.Count)
                    break;
                if (!record.IsLeaf(node))
                    Renew(node);
                else if (!recomputes)
                    record.RenewLeaf(node);
            }

            return true;
        }
        catch (BranchChangedException)
        {
            return false;
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }
        finally
        {
            record.IsRecomputing = false;
        }
    }

    /// <summary>Releases the memory of all computed values. The record and the data copied to the tape remain, so that values can be recomputed.</summary>
    public void ReleaseValues()
    {
        cotangents.Release();
        tangents.Release();
        for (int node = 0; node < record.Count; node++)
        {
            if (!record.IsLeaf(node))
                record.ReleaseValue(node, null);
        }

        isReleased = true;
    }

    /// <summary>Notes that a reverse pass releases values as it proceeds.</summary>
    public void NoteReleased() => isReleased = true;

    /// <summary>Ensures that every recorded value is present, for code that examines single operations.</summary>
    public void NeedEveryValue()
    {
        CheckNotReleased();
        if (fusion.IsOn)
            TryRun(recomputes: true);
    }

    /// <summary>Ensures that a value is present before it is read.</summary>
    public void NeedValue(int node)
    {
        if (fusion.IsMissing(node))
            NeedEveryValue();
    }

    /// <summary>Throws if values of the record were released.</summary>
    public void CheckNotReleased()
    {
        if (isReleased)
        {
            throw new InvalidOperationException(
                "The values of this record were released by BackwardAndRelease; reset the tape and record the program again, or use Backward, which keeps "
                    + "them.");
        }
    }

    /// <summary>Forgets everything, together with the record.</summary>
    public void Reset()
    {
        effects.Clear();
        isReleased = false;
        fusion.Reset();
    }

    private void Renew(int node)
    {
        if (fusion.IsWithinChain(node))
        {
            record.Value(node) = record.Value(fusion.HeadOf(node));
            return;
        }

        (Column<T> column, int place) = fusion.OperationOf(node);
        record.Renew(node, column, place);
        if (record.DetectsAnomalies)
            record.CheckFinite(record.Value(node), node, "value");
        tangents.Carry(node);
    }
}
