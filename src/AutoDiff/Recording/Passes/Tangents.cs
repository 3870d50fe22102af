using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Tangents, indexed by node: forward mode and one-sided directional derivatives through the same rules. A kink can be given tangents of its own, which decide
/// there regardless of its inputs' tangents. This models the independent choices that selections make.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record that the tangents belong to.</param>
internal sealed class Tangents<T>(TapeRecord<T> record)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<(int Node, int Index), NDArray<T>> forced = [];
    private NDArray<T>[] arrays = new NDArray<T>[64];
    private int count;
    private NDArray<T> zero;

    /// <summary>Whether any leaf was given a tangent.</summary>
    public bool Any => count > 0;

    /// <summary>The tangent of a node that has one.</summary>
    public ref readonly NDArray<T> this[int node] => ref arrays[node];

    /// <summary>Whether a node has a tangent.</summary>
    public bool Has(int node) => node < count && !arrays[node].IsNone;

    /// <summary>The tangent of a node; zeros in its shape if it has none.</summary>
    public NDArray<T> OrZeros(int node)
    {
        if (Has(node))
            return arrays[node];
        if (zero.IsNone)
        {
            zero = record.Memory.Rent(Shape.Scalar);
            record.Device.Fill(zero, T.Zero);
        }

        return zero.BroadcastTo(record.Value(node).Shape);
    }

    /// <summary>The tangent that decides at an operation's kinks: its own forced tangent, or that of its input.</summary>
    public NDArray<T> Deciding(int node, int index) =>
        forced.Count > 0 && forced.TryGetValue((node, index), out NDArray<T> own) ? own : OrZeros(record.InputNode(node, index));

    /// <summary>The memory to write a leaf's tangent to.</summary>
    public NDArray<T> Into(int leaf)
    {
        Grow();
        if (arrays[leaf].IsNone)
            arrays[leaf] = record.Device.Allocate<T>(record.Value(leaf).Shape);
        return arrays[leaf];
    }

    /// <summary>Computes the tangent of every value from those of the leaves.</summary>
    public void CarryAll()
    {
        for (int node = 0; node < record.Count; node++)
            Carry(node);
    }

    /// <summary>Computes the tangent of an operation's value if an input has one.</summary>
    public void Carry(int node)
    {
        if (count == 0 || record.IsLeaf(node))
            return;
        bool moves = false;
        for (int index = 0; index < record.InputCount(node); index++)
            moves |= Has(record.InputNode(node, index));
        if (!moves)
            return;
        Into(node);
        try
        {
            record.ColumnAt(node).Tangent(record.PlaceAt(node), new TangentContext<T>(new Node<T>(record, node), this));
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }
    }

    /// <summary>Forgets the tangent that an earlier value left in a node's slot.</summary>
    public void Forget(int node)
    {
        if (!Has(node))
            return;
        record.Device.Return(arrays[node]);
        arrays[node] = default;
    }

    /// <summary>Gives an operation's input a tangent of its own, until <see cref="ReleaseForced"/>.</summary>
    public void Force(int node, int index, ReadOnlySpan<T> tangent)
    {
        if (!forced.TryGetValue((node, index), out NDArray<T> own))
        {
            own = record.Memory.Rent(record.InputValue(node, index).Shape);
            forced.Add((node, index), own);
        }

        own.CopyFrom(tangent);
    }

    /// <summary>Lets the inputs' tangents decide at kinks again.</summary>
    public void ReleaseForced() => forced.Clear();

    /// <summary>Releases all tangents.</summary>
    public void Release()
    {
        for (int node = 0; node < count; node++)
            Forget(node);
        count = 0;
    }

    /// <summary>Forgets everything, together with the record.</summary>
    public void Reset()
    {
        Release();
        forced.Clear();
        zero = default;
    }

    private void Grow()
    {
        if (arrays.Length < record.Count)
            Array.Resize(ref arrays, record.Capacity);
        count = record.Count;
    }
}
