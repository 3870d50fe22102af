using ILGPU;
using ILGPU.Runtime;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>What a kernel was given that it cannot work with.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An index outside its axis.</summary>
    Index,

    /// <summary>A label that is no class.</summary>
    Label,
}

/// <summary>
/// A kernel cannot throw: it leaves the first fault that it meets in device memory, and works with the nearest index that is allowed. The next wait for the device throws.
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

    /// <summary>Where a kernel writes: kind, the number found, where it stood, and the bound. The next wait looks there.</summary>
    public ArrayView<int> Watch()
    {
        isWatching = true;
        return memory.View.AsContiguous();
    }

    /// <summary>An index that is allowed: the one given, or where it is not, 0, and the fault is left.</summary>
    /// <param name="report">Where faults go.</param><param name="kind">What it would be.</param><param name="value">The index.</param><param name="bound">What it must be below.</param><param name="position">Where it stood.</param>
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

    /// <summary>Throws what was left, and forgets it.</summary>
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
