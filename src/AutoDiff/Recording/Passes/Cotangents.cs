using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// The cotangents of one reverse pass, indexed by node, and in second order also their tangents. The two swap places while tangents are written, so that a
/// rule's own pullback can write them.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record that the cotangents belong to.</param>
internal sealed class Cotangents<T>(TapeRecord<T> record)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A broadcast cotangent of at least this many elements, and this many times as many as are stored, is written only when an operation asks for it.
    private const int ElementsWorthWaiting = 2048;
    private const int TimesStored = 8;

    private NDArray<T>[] arrays = new NDArray<T>[64];
    private NDArray<T>[] others = [];
    private int count;
    private Storage<T>? borrowed;

    // Whether some cotangent of this pass may be a view that repeats stored elements.
    private bool hasViews;

    /// <summary>The number of the pass. Gradients of earlier passes are no longer available.</summary>
    public long Pass { get; private set; }

    /// <summary>The number of nodes that have a slot.</summary>
    public int Count => count;

    /// <summary>The cotangent of a node, contiguous; none if no cotangent reached it.</summary>
    public ref NDArray<T> this[int node] => ref Contiguous(arrays, node);

    /// <summary>The tangent of a node's cotangent, or the cotangent itself while the two are swapped.</summary>
    public ref NDArray<T> Other(int node) => ref Contiguous(others, node);

    /// <summary>The cotangent of a node, which may be a view that repeats stored elements; none if no cotangent reached it.</summary>
    public NDArray<T> View(int node) => arrays[node];

    /// <summary>Whether a node has a cotangent.</summary>
    public bool Has(int node) => node < count && !arrays[node].IsNone;

    /// <summary>Forgets the previous pass and begins a new one.</summary>
    public void Begin()
    {
        Release();
        Grow();
        Pass++;
    }

    /// <summary>Uses the caller's own array as a node's cotangent. It is never returned to the pool.</summary>
    public void Borrow(int node, in NDArray<T> array)
    {
        arrays[node] = array;
        borrowed = array.Storage;
    }

    /// <summary>Replaces an array that belongs to the caller by a copy, so that its elements may be changed.</summary>
    public void Own(int node)
    {
        if (borrowed is null || !ReferenceEquals(arrays[node].Storage, borrowed))
            return;
        NDArray<T> copy = record.Device.Allocate<T>(arrays[node].Shape);
        record.Device.Copy(arrays[node], copy);
        arrays[node] = copy;
        borrowed = null;
    }

    /// <summary>Returns the array to write a node's cotangent to.</summary>
    /// <param name="node">The node.</param>
    /// <param name="accumulate">Whether the array already holds a cotangent to add to.</param>
    public NDArray<T> Into(int node, out bool accumulate)
    {
        ref NDArray<T> array = ref this[node];
        accumulate = !array.IsNone;
        if (!accumulate)
            array = record.Device.Allocate<T>(record.Value(node).Shape);
        return array;
    }

    /// <summary>
    /// Adds an array that broadcasts to a node's shape to the node's cotangent. If it is the first and much smaller, it is kept as it is: the repeated elements
    /// are written when something asks for them one by one.
    /// </summary>
    public void AddBroadcast(int node, in NDArray<T> array)
    {
        Shape shape = record.Value(node).Shape;
        if (!arrays[node].IsNone || shape.Count < ElementsWorthWaiting || array.Count > shape.Count / TimesStored)
        {
            NDArray<T> target = Into(node, out bool accumulate);
            record.Device.Copy(array, target, accumulate);
            return;
        }

        NDArray<T> stored = record.Device.Allocate<T>(array.Shape);
        record.Device.Copy(array, stored);
        arrays[node] = stored.BroadcastTo(shape);
        hasViews = true;
    }

    /// <summary>Moves a node's cotangent to another node that has none.</summary>
    public void Move(int node, int to) => (arrays[to], arrays[node]) = (arrays[node], default);

    /// <summary>Fills a node's cotangent with a number.</summary>
    public void Fill(int node, T value) => record.Device.Fill(Into(node, out _), value);

    /// <summary>A node's cotangent; zeros if it has none yet.</summary>
    public NDArray<T> OrZeros(int node) => OrZeros(arrays, node);

    /// <summary>The tangent of a node's cotangent; zeros if there is none yet.</summary>
    public NDArray<T> OtherOrZeros(int node)
    {
        GrowOthers();
        return OrZeros(others, node);
    }

    /// <summary>Whether some cotangent uses the given memory.</summary>
    public bool Hold(Storage<T> storage)
    {
        for (int node = 0; node < count; node++)
        {
            if (!arrays[node].IsNone && ReferenceEquals(arrays[node].Storage, storage))
                return true;
        }

        return false;
    }

    /// <summary>Returns a node's cotangent to the pool.</summary>
    public void Return(int node)
    {
        if (!ReferenceEquals(arrays[node].Storage, borrowed))
            record.Device.Return(arrays[node]);
        arrays[node] = default;
    }

    /// <summary>Returns the tangent of a node's cotangent to the pool.</summary>
    public void ReturnOther(int node)
    {
        record.Device.Return(others[node]);
        others[node] = default;
    }

    /// <summary>Swaps cotangents and their tangents.</summary>
    public void Exchange()
    {
        GrowOthers();
        (arrays, others) = (others, arrays);
    }

    /// <summary>Runs an action with separate, empty cotangents and releases those afterwards.</summary>
    public TResult Aside<TResult>(Func<TResult> action)
    {
        (NDArray<T>[] kept, int keptCount, Storage<T>? keptBorrowed) = (arrays, count, borrowed);
        (arrays, count, borrowed) = (new NDArray<T>[record.Capacity], record.Count, null);
        try
        {
            return action();
        }
        finally
        {
            for (int node = 0; node < count; node++)
            {
                if (!arrays[node].IsNone)
                    Return(node);
            }

            (arrays, count, borrowed) = (kept, keptCount, keptBorrowed);
        }
    }

    /// <summary>Makes room for a cotangent of every recorded value.</summary>
    public void Grow()
    {
        if (arrays.Length < record.Count)
            Array.Resize(ref arrays, record.Capacity);
        count = record.Count;
    }

    /// <summary>Makes room for the tangents of the cotangents.</summary>
    public void GrowOthers()
    {
        if (others.Length < arrays.Length)
            Array.Resize(ref others, arrays.Length);
    }

    /// <summary>Releases all cotangents. The gradients of the pass are then no longer available.</summary>
    public void Release()
    {
        for (int node = 0; node < Math.Min(count, others.Length); node++)
        {
            if (!others[node].IsNone)
                ReturnOther(node);
        }

        for (int node = 0; node < count; node++)
        {
            if (!arrays[node].IsNone)
                Return(node);
        }

        borrowed = null;
        hasViews = false;
        count = 0;
        Pass++;
    }

    private NDArray<T> OrZeros(NDArray<T>[] within, int node)
    {
        if (within[node].IsNone)
        {
            within[node] = record.Device.Allocate<T>(record.Value(node).Shape);
            record.Device.Fill(within[node], T.Zero);
        }

        return Contiguous(within, node);
    }

    private ref NDArray<T> Contiguous(NDArray<T>[] within, int node)
    {
        ref NDArray<T> array = ref within[node];
        if (hasViews && !array.IsNone && !array.IsContiguous)
        {
            NDArray<T> written = record.Device.Allocate<T>(array.Shape);
            record.Device.Copy(array, written);
            record.Device.Return(array);
            array = written;
        }

        return ref array;
    }
}
