using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The uses of scratch memory. Two uses that may be alive at the same time on one thread have different names.</summary>
internal enum ScratchUse
{
    LeftPanels,
    RightPanels,
    OwnPanels,
    Accumulators,
    Image,
    Weights,
    Offsets,
    Outputs,
    Columns,
    Row,
    Scores,
    Keys,
}

/// <summary>
/// Working memory of the calling thread: one aligned native block per use. A block grows to the largest request and is then reused, so kernels in the steady
/// state request no memory from the managed heap or the system.
/// </summary>
/// <remarks>A block is valid until the same thread requests the same use again. The parts of a job that the thread is waiting for may read and write it. The
/// blocks are freed with the thread.</remarks>
internal sealed unsafe class ScratchMemory
{
    // The size of a cache line and of the widest vector.
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static ScratchMemory? ofThread;

    private readonly nint[] blocks = new nint[Enum.GetValues<ScratchUse>().Length];
    private readonly nuint[] sizes = new nuint[Enum.GetValues<ScratchUse>().Length];

    private ScratchMemory()
    {
    }

    ~ScratchMemory()
    {
        foreach (nint block in blocks)
            NativeMemory.AlignedFree((void*)block);
    }

    /// <summary>A block of at least <paramref name="count"/> elements, aligned to 64 bytes; its contents are undefined.</summary>
    public static T* Rent<T>(ScratchUse use, long count)
        where T : unmanaged
    {
        ScratchMemory scratch = ofThread ??= new ScratchMemory();
        nuint bytes = (nuint)count * (nuint)sizeof(T);
        if (scratch.sizes[(int)use] < bytes)
            scratch.Grow(use, bytes);
        return (T*)scratch.blocks[(int)use];
    }

    private void Grow(ScratchUse use, nuint bytes)
    {
        // Allocates a quarter more than requested, so that slowly growing problems do not need a new block each time.
        bytes += bytes / 4;
        NativeMemory.AlignedFree((void*)blocks[(int)use]);
        blocks[(int)use] = 0;
        sizes[(int)use] = 0;
        blocks[(int)use] = (nint)NativeMemory.AlignedAlloc(bytes, Alignment);
        sizes[(int)use] = bytes;
    }
}
