using System.Runtime.InteropServices;
using ConservativeAD.Kernels.Common;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>A block of native memory, aligned to a cache line.</summary>
internal sealed unsafe class CpuStorage<T> : Storage<T>
    where T : unmanaged
{
    private const int CacheLineBytes = 64;

    private readonly BlockPool pool;

    public CpuStorage(Device device, BlockPool pool, int capacity)
        : base(device, capacity)
    {
        this.pool = pool;
        Pointer = (T*)NativeMemory.AlignedAlloc((nuint)AllocatedBytes, CacheLineBytes);
        GC.AddMemoryPressure(AllocatedBytes);
    }

    // Frees a block that a tape or program never returned.
    ~CpuStorage()
    {
        if (Pointer == null)
            return;
        if (IsHeld)
            pool.Forget(Bytes);
        Release();
    }

    public T* Pointer { get; private set; }

    private long AllocatedBytes => Math.Max(Bytes, CacheLineBytes);

    private protected override void Release()
    {
        if (Pointer == null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(AllocatedBytes);
    }
}
