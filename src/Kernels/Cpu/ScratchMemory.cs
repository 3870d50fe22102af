using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>What a block of scratch memory is for. Uses that may be alive at the same time on one thread have different names.</summary>
internal enum ScratchUse
{
    LeftPanels,
    RightPanels,
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
/// Working memory of the calling thread: one aligned native block per use, which grows to the largest request and is then used again,
/// so that kernels in the steady state ask neither the managed heap nor the system for memory.
/// </summary>
/// <remarks>A block is valid until the same thread asks for the same use again; it may be read and written by the parts of a job that
/// the thread is waiting for. The blocks go with the thread.</remarks>
internal sealed unsafe class ScratchMemory
{
    // A cache line, and the widest vector.
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

    /// <summary>A block of at least <paramref name="count"/> elements, aligned to 64 bytes; its contents are whatever they were.</summary>
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
        // A quarter more than asked, so that slowly growing problems do not move to a new block each time.
        bytes += bytes / 4;
        NativeMemory.AlignedFree((void*)blocks[(int)use]);
        blocks[(int)use] = 0;
        sizes[(int)use] = 0;
        blocks[(int)use] = (nint)NativeMemory.AlignedAlloc(bytes, Alignment);
        sizes[(int)use] = bytes;
    }
}
