using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// The memory that a record holds until its tape is reset, with the arrays that each operation rented. In a replay an operation rents the same arrays in the
/// same order.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="device">The device that holds the memory.</param>
internal sealed class RecordMemory<T>(Device device)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int NotReplaying = -1;

    private readonly List<Storage<T>?> owned = [];
    private readonly List<Storage<int>?> ownedIndices = [];
    private (int Begin, int End)[] ownedBy = new (int Begin, int End)[64];
    private (int Begin, int End)[] ownedIndicesBy = new (int Begin, int End)[64];
    private int nextOwned = NotReplaying;
    private int nextOwnedIndices = NotReplaying;

    /// <summary>Rents contiguous, uninitialised memory.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape)
    {
        if (nextOwned >= 0)
            return Again(owned, ref nextOwned, shape);
        NDArray<T> array = device.Allocate<T>(shape);
        owned.Add(array.Storage);
        return array;
    }

    /// <summary>Rents memory for indices.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape)
    {
        if (nextOwnedIndices >= 0)
            return Again(ownedIndices, ref nextOwnedIndices, shape);
        NDArray<int> array = device.Allocate<int>(shape);
        ownedIndices.Add(array.Storage);
        return array;
    }

    /// <summary>Assigns arrays rented from now on to an operation.</summary>
    public void Begin(int node)
    {
        ownedBy[node] = (owned.Count, owned.Count);
        ownedIndicesBy[node] = (ownedIndices.Count, ownedIndices.Count);
    }

    /// <summary>Ends the rentals of an operation.</summary>
    public void End(int node)
    {
        ownedBy[node].End = owned.Count;
        ownedIndicesBy[node].End = ownedIndices.Count;
    }

    /// <summary>The memory that an operation rented, in bytes.</summary>
    public long BytesOf(int node)
    {
        long bytes = 0;
        for (int i = ownedBy[node].Begin; i < ownedBy[node].End; i++)
            bytes += (owned[i]?.Capacity ?? 0) * (long)Unsafe.SizeOf<T>();
        for (int i = ownedIndicesBy[node].Begin; i < ownedIndicesBy[node].End; i++)
            bytes += (ownedIndices[i]?.Capacity ?? 0) * (long)sizeof(int);
        return bytes;
    }

    /// <summary>Makes rentals from now on return the arrays that an operation had before.</summary>
    public void BeginAgain(int node)
    {
        nextOwned = ownedBy[node].Begin;
        nextOwnedIndices = ownedIndicesBy[node].Begin;
    }

    /// <summary>Makes rentals from now on return new arrays.</summary>
    public void EndAgain()
    {
        nextOwned = NotReplaying;
        nextOwnedIndices = NotReplaying;
    }

    /// <summary>Releases the arrays that an operation rented, except one.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="kept">The array to keep; null for none.</param>
    public void Release(int node, Storage<T>? kept)
    {
        (int begin, int end) = ownedBy[node];
        for (int i = begin; i < end; i++)
        {
            if (owned[i] is not Storage<T> storage || ReferenceEquals(storage, kept))
                continue;
            device.Return(storage);
            owned[i] = null;
        }

        (begin, end) = ownedIndicesBy[node];
        for (int i = begin; i < end; i++)
        {
            if (ownedIndices[i] is Storage<int> storage)
                device.Return(storage);
            ownedIndices[i] = null;
        }
    }

    /// <summary>Releases everything.</summary>
    public void Reset()
    {
        ReturnAll(owned);
        ReturnAll(ownedIndices);
    }

    /// <summary>Makes room for more operations.</summary>
    public void Grow(int capacity)
    {
        Array.Resize(ref ownedBy, capacity);
        Array.Resize(ref ownedIndicesBy, capacity);
    }

    private NDArray<TElement> Again<TElement>(List<Storage<TElement>?> from, ref int next, in Shape shape)
        where TElement : unmanaged
    {
        Storage<TElement> storage = from[next] ??= device.Rent<TElement>(shape.Count);
        next++;
        return new NDArray<TElement>(storage, shape);
    }

    private void ReturnAll<TElement>(List<Storage<TElement>?> storages)
        where TElement : unmanaged
    {
        foreach (Storage<TElement>? storage in storages)
        {
            if (storage is not null)
                device.Return(storage);
        }

        storages.Clear();
    }
}
