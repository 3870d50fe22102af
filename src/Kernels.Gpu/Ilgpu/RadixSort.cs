using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>A key of a radix sort.</summary>
internal interface IRadixKey<TSelf>
    where TSelf : unmanaged, IRadixKey<TSelf>
{
    /// <summary>The number of its bits.</summary>
    static abstract int Bits { get; }

    /// <summary>The key of a number.</summary><param name="key">The number, of no more bits.</param>
    static abstract TSelf Of(ulong key);

    /// <summary>Four of its bits.</summary><param name="key">The key.</param><param name="shift">The index of the lowest of the four bits.</param>
    static abstract int Digit(TSelf key, int shift);

    /// <summary>Whether one sorts ahead of another.</summary><param name="a">One.</param><param name="b">The other.</param>
    static abstract bool IsLess(TSelf a, TSelf b);
}

/// <summary>A key of 32 bits.</summary>
internal readonly struct Key32(uint bits) : IRadixKey<Key32>
{
    private readonly uint bits = bits;

    public static int Bits => 32;

    public static Key32 Of(ulong key) => new((uint)key);

    public static int Digit(Key32 key, int shift) => (int)(key.bits >> shift) & (RadixSort.Digits - 1);

    public static bool IsLess(Key32 a, Key32 b) => a.bits < b.bits;
}

/// <summary>A key of 64 bits.</summary>
internal readonly struct Key64(ulong bits) : IRadixKey<Key64>
{
    private readonly ulong bits = bits;

    public static int Bits => 64;

    public static Key64 Of(ulong key) => new(key);

    public static int Digit(Key64 key, int shift) => (int)(key.bits >> shift) & (RadixSort.Digits - 1);

    public static bool IsLess(Key64 a, Key64 b) => a.bits < b.bits;
}

/// <summary>
/// Stable sorts of rows of keys with their original places. Rows that fit in shared memory are sorted there by (key, place) with Batcher's bitonic network.
/// Longer rows are sorted by digits of four bits, lowest first: blocks count their digits, the counts are summed, and each block moves its elements to their
/// new places.
/// </summary>
internal static class RadixSort
{
    /// <summary>Values of a digit.</summary>
    public const int Digits = 16;

    /// <summary>Bits of a digit.</summary>
    public const int DigitBits = 4;

    /// <summary>The longest row that is sorted in shared memory.</summary>
    public const int ShortRow = 1024;

    /// <summary>The number of elements that a thread processes at a time.</summary>
    public const int PerThread = 32;

    /// <summary>Threads of the largest group.</summary>
    public const int MaximumThreads = 256;

    /// <summary>Sorts rows of keys, and the places with them.</summary>
    /// <param name="device">The device.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="places">The places.</param>
    /// <param name="spareKeys">A buffer of the same size, or none for short rows.</param>
    /// <param name="sparePlaces">A second buffer for the places, likewise.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="bits">The number of low bits to sort by.</param>
    public static void Sort<TKey>(GpuDevice device, ArrayView<TKey> keys, ArrayView<int> places, ArrayView<TKey> spareKeys, ArrayView<int> sparePlaces,
        int rows, int length, int bits)
        where TKey : unmanaged, IRadixKey<TKey>
    {
        if (length <= ShortRow)
        {
            device.ForEachPart(rows, new ShortRowBody<TKey>(keys, places, length));
            return;
        }

        int block = PerThread * device.GroupSize, blocks = (length + block - 1) / block;
        NDArray<int> counts = device.Allocate<int>([rows, Digits, blocks]);
        ArrayView<int> view = GpuDevice.View<int, int>(counts);
        // The number of passes is even, so that the result is in the original buffer.
        int passes = (bits + (2 * DigitBits) - 1) / (2 * DigitBits) * 2;
        for (int pass = 0; pass < passes; pass++)
        {
            device.ForEachPart(rows * blocks, new DigitCountBody<TKey>(keys, view, length, blocks, pass * DigitBits));
            device.ForEachPart(rows, new CountScanBody(view, Digits * blocks));
            device.ForEachPart(rows * blocks, new DigitScatterBody<TKey>(keys, places, spareKeys, sparePlaces, view, length, blocks, pass * DigitBits));
            (keys, spareKeys) = (spareKeys, keys);
            (places, sparePlaces) = (sparePlaces, places);
        }

        device.Return(counts);
    }
}

/// <summary>Sorts a row in shared memory.</summary>
internal readonly struct ShortRowBody<TKey>(ArrayView<TKey> keys, ArrayView<int> places, int length) : IGroupBody
    where TKey : unmanaged, IRadixKey<TKey>
{
    public void Run(int part)
    {
        ArrayView<TKey> key = SharedMemory.Allocate<TKey>(RadixSort.ShortRow);
        ArrayView<int> place = SharedMemory.Allocate<int>(RadixSort.ShortRow), order = SharedMemory.Allocate<int>(RadixSort.ShortRow);
        int start = part * length, padded = 1;
        while (padded < length)
            padded *= 2;
        for (int i = Group.IdxX; i < padded; i += Group.DimX)
        {
            order[i] = i;
            key[i] = i < length ? keys[start + i] : TKey.Of(0xFFFFFFFFFFFFFFFF);
            place[i] = i < length ? places[start + i] : 0;
        }

        Group.Barrier();
        for (int size = 2; size <= padded; size *= 2)
        {
            for (int distance = size / 2; distance > 0; distance /= 2)
            {
                for (int i = Group.IdxX; i < padded / 2; i += Group.DimX)
                {
                    int low = (2 * i) - (i & (distance - 1)), high = low + distance;
                    bool isUp = (low & size) == 0;
                    bool isAhead = TKey.IsLess(key[high], key[low]) || (!TKey.IsLess(key[low], key[high]) && order[high] < order[low]);
                    if (isAhead == isUp)
                    {
                        (key[low], key[high]) = (key[high], key[low]);
                        (place[low], place[high]) = (place[high], place[low]);
                        (order[low], order[high]) = (order[high], order[low]);
                    }
                }

                Group.Barrier();
            }
        }

        for (int i = Group.IdxX; i < length; i += Group.DimX)
        {
            keys[start + i] = key[i];
            places[start + i] = place[i];
        }
    }
}

/// <summary>Counts the occurrences of each digit in a block.</summary>
internal readonly struct DigitCountBody<TKey>(ArrayView<TKey> keys, ArrayView<int> counts, int length, int blocks, int shift) : IGroupBody
    where TKey : unmanaged, IRadixKey<TKey>
{
    public void Run(int part)
    {
        ArrayView<int> own = SharedMemory.Allocate<int>(RadixSort.Digits * RadixSort.MaximumThreads);
        int row = part / blocks, block = part - (row * blocks), thread = Group.IdxX, threads = Group.DimX;
        int first = ((block * threads) + thread) * RadixSort.PerThread, end = IntrinsicMath.Min(first + RadixSort.PerThread, length);
        for (int digit = 0; digit < RadixSort.Digits; digit++)
            own[(digit * threads) + thread] = 0;
        for (int i = first; i < end; i++)
            own[(TKey.Digit(keys[(row * length) + i], shift) * threads) + thread]++;
        Group.Barrier();
        for (int digit = thread; digit < RadixSort.Digits; digit += threads)
        {
            int sum = 0;
            for (int other = 0; other < threads; other++)
                sum += own[(digit * threads) + other];
            counts[(((row * RadixSort.Digits) + digit) * blocks) + block] = sum;
        }
    }
}

/// <summary>The prefix sums of the counts in a row.</summary>
internal readonly struct CountScanBody(ArrayView<int> counts, int length) : IGroupBody
{
    private const int PerThread = 16;


    public void Run(int part)
    {
        int start = part * length, before = 0;
        for (int chunk = 0; chunk < length; chunk += PerThread * Group.DimX)
        {
            int first = start + chunk + (Group.IdxX * PerThread), end = IntrinsicMath.Min(first + PerThread, start + length), sum = 0;
            for (int i = first; i < end; i++)
                sum += counts[i];
            int running = before + GroupTree.SumBefore(sum, out int total);
            for (int i = first; i < end; i++)
            {
                int count = counts[i];
                counts[i] = running;
                running += count;
            }

            before += total;
        }
    }
}

/// <summary>Moves the elements of a block to the places of their digits, in order.</summary>
internal readonly struct DigitScatterBody<TKey>(ArrayView<TKey> keys, ArrayView<int> places, ArrayView<TKey> toKeys, ArrayView<int> toPlaces,
    ArrayView<int> starts, int length, int blocks, int shift) : IGroupBody
    where TKey : unmanaged, IRadixKey<TKey>
{
    public void Run(int part)
    {
        ArrayView<int> own = SharedMemory.Allocate<int>(RadixSort.Digits * RadixSort.MaximumThreads);
        int row = part / blocks, block = part - (row * blocks), thread = Group.IdxX, threads = Group.DimX;
        int first = ((block * threads) + thread) * RadixSort.PerThread, end = IntrinsicMath.Min(first + RadixSort.PerThread, length);
        for (int digit = 0; digit < RadixSort.Digits; digit++)
            own[(digit * threads) + thread] = 0;
        for (int i = first; i < end; i++)
            own[(TKey.Digit(keys[(row * length) + i], shift) * threads) + thread]++;
        Group.Barrier();
        // Replaces each digit's counts by the place of a thread's first element with this digit.
        for (int digit = thread; digit < RadixSort.Digits; digit += threads)
        {
            int running = (row * length) + starts[(((row * RadixSort.Digits) + digit) * blocks) + block];
            for (int other = 0; other < threads; other++)
            {
                int count = own[(digit * threads) + other];
                own[(digit * threads) + other] = running;
                running += count;
            }
        }

        Group.Barrier();
        for (int i = first; i < end; i++)
        {
            TKey key = keys[(row * length) + i];
            int at = (TKey.Digit(key, shift) * threads) + thread, to = own[at];
            own[at] = to + 1;
            toKeys[to] = key;
            toPlaces[to] = places[(row * length) + i];
        }
    }
}
