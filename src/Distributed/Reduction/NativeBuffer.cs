using System.Runtime.InteropServices;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>Memory that stays where it is while messages read and write it.</summary>
/// <typeparam name="A">The element type.</typeparam>
internal sealed unsafe class NativeBuffer<A> : IDisposable
    where A : unmanaged
{
    private const int Alignment = 64;

    private readonly long bytes;

    /// <summary>Takes memory, which is not set to anything.</summary>
    /// <param name="length">The number of elements.</param>
    public NativeBuffer(long length)
    {
        Length = length;
        bytes = Math.Max(checked(length * sizeof(A)), Alignment);
        Pointer = (A*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        GC.AddMemoryPressure(bytes);
    }

    ~NativeBuffer() => Free();

    /// <summary>The number of elements.</summary>
    public long Length { get; }

    /// <summary>The first element.</summary>
    public A* Pointer { get; private set; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer == null)
            return;
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure(bytes);
    }
}
