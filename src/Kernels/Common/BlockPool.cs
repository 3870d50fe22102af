using System.Numerics;

namespace ConservativeAD.Kernels.Common;

/// <summary>Free blocks of memory that wait for reuse, by element type and capacity. Safe for several threads.</summary>
/// <remarks>
/// A program that repeats a step finds all its blocks here. A program whose shapes change leaves blocks that it never requests again; when the free blocks
/// exceed a limit, those requested longest ago go back to the system.
/// </remarks>
internal sealed class BlockPool
{
    private const int SmallestCapacity = 16;

    // Free blocks may take twice the peak of the memory in use, and at least this much, because a program's blocks of different sizes are not all in use at its
    // peak.
    private const long AlwaysKeptBytes = 256L << 20;
    private const int KeptOfPeak = 2;

    private readonly Lock gate = new();
    private Shelf?[] shelves = new Shelf?[4];
    private long bytesInUse;
    private long peakBytesInUse;
    private long highestBytesInUse;
    private long waitingBytes;
    private long requests;
    private bool isClosed;

    /// <summary>The memory of all blocks in use.</summary>
    public long BytesInUse
    {
        get
        {
            lock (gate)
                return bytesInUse;
        }
    }

    /// <summary>The memory of all free blocks.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (gate)
                return waitingBytes;
        }
    }

    /// <summary>The peak of the memory in use since <see cref="BeginPeak"/>.</summary>
    public long PeakBytesInUse
    {
        get
        {
            lock (gate)
                return peakBytesInUse;
        }
    }

    /// <summary>Whether the device was disposed of, so that returned blocks are no longer kept.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
                return isClosed;
        }
    }

    public void BeginPeak()
    {
        lock (gate)
            peakBytesInUse = bytesInUse;
    }

    /// <summary>The capacity of the block for a request, rounded up to one of four steps per power of two, so at most a fifth is wasted.</summary>
    public static int Capacity(int count)
    {
        if (count <= SmallestCapacity)
            return SmallestCapacity;
        int step = Math.Max(1, 1 << Math.Max(0, BitOperations.Log2((uint)count - 1) - 2));
        return (int)Math.Min(int.MaxValue, ((long)count + step - 1) / step * step);
    }

    /// <summary>Takes a free block with the capacity for a request. Returns null if there is none; the caller then makes one and registers it with
    /// <see cref="Bring"/>.</summary>
    public Storage<T>? Take<T>(int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int bin = Bin(Capacity(count));
        lock (gate)
        {
            Shelf<T> shelf = ShelfOf<T>();
            shelf.LastRequests[bin] = ++requests;
            if (shelf.Bins[bin] is not { Count: > 0 } stack)
                return null;
            Storage<T> storage = stack.Pop();
            waitingBytes -= storage.Bytes;
            Hold(storage);
            return storage;
        }
    }

    /// <summary>Registers a new block that is in use.</summary>
    public Storage<T> Bring<T>(Storage<T> storage)
        where T : unmanaged
    {
        lock (gate)
            Hold(storage);
        return storage;
    }

    /// <summary>Returns a block to the pool.</summary>
    /// <param name="storage">The block.</param>
    /// <param name="stamp">The stamp of the array that is returned, or null.</param>
    /// <returns>The blocks to release, those requested longest ago; null if there are none.</returns>
    /// <exception cref="InvalidOperationException">The block is already free, or another holder has it now.</exception>
    public List<IBlock>? Put<T>(Storage<T> storage, int? stamp)
        where T : unmanaged
    {
        lock (gate)
        {
            if (!storage.IsHeld)
                throw new InvalidOperationException(
                    $"A block of {storage.Capacity} elements was given back to {storage.Device} twice; give a block back once, and use no array on it "
                        + $"afterwards.");
            if (stamp is { } held && held != storage.Stamp)
                throw new InvalidOperationException(
                    $"An array was given back to {storage.Device} twice; its block of {storage.Capacity} elements belongs to another array by now. Give a "
                        + $"block back once.");
            storage.ChangeHands();
            bytesInUse -= storage.Bytes;
            if (isClosed)
                return [storage];
            int bin = Bin(storage.Capacity);
            (ShelfOf<T>().Bins[bin] ??= new Stack<Storage<T>>()).Push(storage);
            waitingBytes += storage.Bytes;
            return waitingBytes > AlwaysKeptBytes && waitingBytes > KeptOfPeak * highestBytesInUse
                ? TakeOutOldest(Math.Max(AlwaysKeptBytes, KeptOfPeak * highestBytesInUse))
                : null;
        }
    }

    /// <summary>Records that a block in use no longer exists, because nothing referred to it any more.</summary>
    public void Forget(long bytes)
    {
        lock (gate)
            bytesInUse -= bytes;
    }

    /// <summary>Removes every free block.</summary>
    public List<IBlock> Drain()
    {
        lock (gate)
        {
            highestBytesInUse = bytesInUse;
            return TakeOutOldest(0);
        }
    }

    /// <summary>Removes every free block, and keeps none from now on.</summary>
    public List<IBlock> Close()
    {
        lock (gate)
        {
            isClosed = true;
            return TakeOutOldest(0);
        }
    }

    private void Hold<T>(Storage<T> storage)
        where T : unmanaged
    {
        storage.ChangeHands();
        bytesInUse += storage.Bytes;
        peakBytesInUse = Math.Max(peakBytesInUse, bytesInUse);
        highestBytesInUse = Math.Max(highestBytesInUse, bytesInUse);
    }

    private List<IBlock> TakeOutOldest(long keptBytes)
    {
        List<IBlock> blocks = [];
        while (waitingBytes > keptBytes)
        {
            (Shelf? shelf, int bin, long request) oldest = (null, 0, long.MaxValue);
            foreach (Shelf? shelf in shelves)
            {
                for (int bin = 0; shelf is not null && bin < Shelf.BinCount; bin++)
                {
                    if (shelf.LastRequests[bin] < oldest.request && shelf.Waiting(bin) > 0)
                        oldest = (shelf, bin, shelf.LastRequests[bin]);
                }
            }

            while (waitingBytes > keptBytes && oldest.shelf!.Waiting(oldest.bin) > 0)
            {
                IBlock block = oldest.shelf.TakeOut(oldest.bin);
                waitingBytes -= block.Bytes;
                blocks.Add(block);
            }
        }

        return blocks;
    }

    // Four bins per power of two, in the same steps as Capacity.
    private static int Bin(int capacity)
    {
        int power = BitOperations.Log2((uint)capacity - 1);
        int quarter = (capacity - 1) >> Math.Max(0, power - 2) & 3;
        return (power * 4) + quarter;
    }

    private Shelf<T> ShelfOf<T>()
        where T : unmanaged
    {
        int number = ShelfNumber<T>.Value;
        if (number >= shelves.Length)
            System.Array.Resize(ref shelves, 2 * number);
        return (Shelf<T>)(shelves[number] ??= new Shelf<T>());
    }

    private abstract class Shelf
    {
        public const int BinCount = 32 * 4;

        /// <summary>For each bin, the number of the last request for a block of it.</summary>
        public long[] LastRequests { get; } = new long[BinCount];

        public abstract int Waiting(int bin);

        public abstract IBlock TakeOut(int bin);
    }

    private sealed class Shelf<T> : Shelf
        where T : unmanaged
    {
        public Stack<Storage<T>>?[] Bins { get; } = new Stack<Storage<T>>?[BinCount];

        public override int Waiting(int bin) => Bins[bin]?.Count ?? 0;

        public override IBlock TakeOut(int bin) => Bins[bin]!.Pop();
    }

    private static class ShelfNumbers
    {
        private static int last = -1;

        public static int Next() => Interlocked.Increment(ref last);
    }

    private static class ShelfNumber<T>
    {
        public static readonly int Value = ShelfNumbers.Next();
    }
}
