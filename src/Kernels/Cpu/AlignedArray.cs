using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>An array on the managed heap that stays where it is and begins at a cache line. It is valid as long as it is referred to.</summary>
/// <typeparam name="U">The element type.</typeparam>
internal sealed unsafe class AlignedArray<U>
    where U : unmanaged
{
    private const int Alignment = 64;

    // Keeps the memory.
    private readonly byte[] memory;

    /// <summary>Takes memory, which is not set to anything.</summary>
    /// <param name="length">The number of elements.</param>
    public AlignedArray(long length)
    {
        memory = GC.AllocateUninitializedArray<byte>(checked((int)((length * sizeof(U)) + Alignment)), pinned: true);
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0);
        Pointer = (U*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        Length = (int)length;
    }

    /// <summary>The first element.</summary>
    public U* Pointer { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    public Span<U> Span => new(Pointer, Length);
}
