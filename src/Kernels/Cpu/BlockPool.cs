using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Blocks waiting to be used again, by element type and capacity. Safe for several threads.</summary>
internal sealed class BlockPool
{
    private const int SmallestCapacity = 16;

    private readonly Lock gate = new();
    private Shelf?[] shelves = new Shelf?[4];
    private long bytesInUse;
    private long peakBytesInUse;

    /// <summary>The memory of all blocks that were taken and not put back.</summary>
    public long BytesInUse
    {
        get
        {
            lock (gate)
                return bytesInUse;
        }
    }

    /// <summary>The most that was in use at a time since <see cref="BeginPeak"/>.</summary>
    public long PeakBytesInUse
    {
        get
        {
            lock (gate)
                return peakBytesInUse;
        }
    }

    public void BeginPeak()
    {
        lock (gate)
            peakBytesInUse = bytesInUse;
    }

    /// <summary>The capacity of the block that serves a request: the next of four steps per power of two, so that at most a fifth is wasted.</summary>
    public static int Capacity(int count)
    {
        if (count <= SmallestCapacity)
            return SmallestCapacity;
        int step = Math.Max(1, 1 << Math.Max(0, BitOperations.Log2((uint)count - 1) - 2));
        return (int)Math.Min(int.MaxValue, ((long)count + step - 1) / step * step);
    }

    public Storage<T>? Take<T>(int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int capacity = Capacity(count), bin = Bin(capacity);
        lock (gate)
        {
            bytesInUse += (long)capacity * Unsafe.SizeOf<T>();
            peakBytesInUse = Math.Max(peakBytesInUse, bytesInUse);
            Stack<Storage<T>>? stack = ShelfOf<T>().Bins[bin];
            return stack is { Count: > 0 } ? stack.Pop() : null;
        }
    }

    public void Put<T>(Storage<T> storage)
        where T : unmanaged
    {
        int bin = Bin(storage.Capacity);
        lock (gate)
        {
            bytesInUse -= (long)storage.Capacity * Unsafe.SizeOf<T>();
            Shelf<T> shelf = ShelfOf<T>();
            (shelf.Bins[bin] ??= new Stack<Storage<T>>()).Push(storage);
        }
    }

    /// <summary>Takes out every waiting block.</summary>
    /// <returns>The blocks, each a <see cref="Storage{T}"/>.</returns>
    public IReadOnlyList<object> Drain()
    {
        lock (gate)
        {
            List<object> blocks = [];
            foreach (Shelf? shelf in shelves)
                shelf?.Drain(blocks);
            return blocks;
        }
    }

    // Four bins per power of two, numbered in step with Capacity.
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
        public abstract void Drain(List<object> blocks);
    }

    private sealed class Shelf<T> : Shelf
        where T : unmanaged
    {
        public Stack<Storage<T>>?[] Bins { get; } = new Stack<Storage<T>>?[32 * 4];

        public override void Drain(List<object> blocks)
        {
            foreach (Stack<Storage<T>>? bin in Bins)
            {
                blocks.AddRange(bin ?? []);
                bin?.Clear();
            }
        }
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
