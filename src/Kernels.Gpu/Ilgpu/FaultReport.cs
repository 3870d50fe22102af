using ILGPU;
using ILGPU.Runtime;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The kind of an invalid argument that a kernel found.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An index outside its axis.</summary>
    Index,

    /// <summary>A label that is not the number of a class.</summary>
    Label,
}

/// <summary>
/// Reports faults of kernels, which cannot throw: a kernel writes the first fault that it finds to device memory, and continues with a valid index. The next
/// wait for the device throws.
/// </summary>
internal sealed class FaultReport : IDisposable
{
    private readonly AcceleratorStream stream;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> memory;
    private readonly int[] left = GC.AllocateArray<int>(4, pinned: true);
    private readonly Lock gate = new();
    private volatile bool isWatching;

    public FaultReport(Accelerator accelerator, AcceleratorStream stream)
    {
        this.stream = stream;
        memory = accelerator.Allocate1D<int>(4);
        memory.MemSetToZero(stream);
    }

    /// <summary>The memory that kernels write to: kind, invalid number, its position, and the bound. The next wait reads it.</summary>
    public ArrayView<int> Watch()
    {
        isWatching = true;
        return memory.View.AsContiguous();
    }

    /// <summary>Returns a valid index: the given one, or 0 if it is invalid, and then records the fault.</summary>
    /// <param name="report">The memory for faults.</param>
    /// <param name="kind">The kind of the fault.</param>
    /// <param name="value">The index.</param>
    /// <param name="bound">The bound that the index must be below.</param>
    /// <param name="position">The position of the index.</param>
    public static int Checked(ArrayView<int> report, Fault kind, int value, int bound, int position)
    {
        if (value >= 0 && value < bound)
            return value;
        if (Atomic.CompareExchange(ref report[0], 0, (int)kind) == 0)
        {
            report[1] = value;
            report[2] = position;
            report[3] = bound;
        }

        return 0;
    }

    /// <summary>Throws an exception for a recorded fault, and clears it.</summary>
    /// <exception cref="ArgumentException">A label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is out of range.</exception>
    public void Throw()
    {
        if (!isWatching)
            return;
        lock (gate)
        {
            isWatching = false;
            memory.View.AsContiguous().CopyToCPU(stream, left);
            stream.Synchronize();
            if (left[0] == (int)Fault.None)
                return;
            memory.MemSetToZero(stream);
            if (left[0] == (int)Fault.Label)
                throw new ArgumentException($"Label {left[1]} at position {left[2]} is out of range: there are {left[3]} classes, 0 to {left[3] - 1}.");
            throw new ArgumentOutOfRangeException("indices", left[1], $"Index {left[1]} at position {left[2]} is outside an axis of length {left[3]}.");
        }
    }

    public void Dispose() => memory.Dispose();
}
