using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Page-locked host memory for copies to the GPU, so that the caller does not wait for them. It is filled from start to end; when it is full, it waits for the
/// stream and starts again.
/// </summary>
internal sealed unsafe class StagingMemory(Accelerator accelerator, AcceleratorStream stream) : IDisposable
{
    private const int Length = 1 << 25;
    private const int Alignment = 256;

    private readonly Lock gate = new();
    private PageLockedArray1D<byte>? memory;
    private int used;

    /// <summary>Copies to the device; the source may be changed immediately. The caller waits for a copy that does not fit.</summary>
    public void Copy<T>(ReadOnlySpan<T> source, ArrayView<T> destination)
        where T : unmanaged
    {
        long bytes = (long)source.Length * Unsafe.SizeOf<T>();
        if (bytes > Length || accelerator.AcceleratorType != AcceleratorType.Cuda)
        {
            // ILGPU takes the address without pinning the array.
            fixed (T* host = source)
            {
                destination.CopyFromCPU(stream, ref *host, source.Length);
                stream.Synchronize();
            }

            return;
        }

        lock (gate)
        {
            memory ??= accelerator.AllocatePageLocked1D<byte>(Length, uninitialized: true);
            if (used + bytes > Length)
            {
                stream.Synchronize();
                used = 0;
            }

            MemoryMarshal.AsBytes(source).CopyTo(memory.Span.Slice(used, (int)bytes));
            ArrayView<byte> staged = memory.ArrayView.SubView(used, bytes), target = destination.SubView(0, source.Length).Cast<byte>();
            staged.CopyTo(stream, target);
            used = (int)((used + bytes + Alignment - 1) / Alignment * Alignment);
        }
    }

    public void Dispose() => memory?.Dispose();
}
