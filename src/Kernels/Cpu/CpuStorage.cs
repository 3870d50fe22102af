using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>A block of native memory, aligned to a cache line.</summary>
internal sealed unsafe class CpuStorage<T> : Storage<T>
    where T : unmanaged
{
    private const int CacheLineBytes = 64;

    public CpuStorage(Device device, int capacity)
        : base(device, capacity)
    {
        nuint bytes = (nuint)capacity * (nuint)sizeof(T);
        Pointer = (T*)NativeMemory.AlignedAlloc(Math.Max(bytes, CacheLineBytes), CacheLineBytes);
        GC.AddMemoryPressure((long)Math.Max(bytes, CacheLineBytes));
    }

    ~CpuStorage()
    {
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(Math.Max((long)Capacity * sizeof(T), CacheLineBytes));
    }

    public T* Pointer { get; }
}
