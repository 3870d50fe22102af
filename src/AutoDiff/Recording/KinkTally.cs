using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Counts the kinks of each recorded operation on the device and reads all counts back at once.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class KinkTally<T>(Device device)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private NDArray<int> onDevice;
    private long[] counts = [];
    private int[] read = [];
    private bool isTouched;

    /// <summary>One count per operation.</summary>
    public NDArray<int> OnDevice
    {
        get
        {
            if (!isTouched)
            {
                device.Fill(onDevice, 0);
                isTouched = true;
            }

            return onDevice;
        }
    }

    /// <summary>Starts with no kinks.</summary><param name="operations">The number of operations.</param>
    public void Begin(int operations)
    {
        if (counts.Length < operations)
        {
            counts = new long[2 * operations];
            read = new int[2 * operations];
        }

        Array.Clear(counts);
        onDevice = device.Allocate<int>([Math.Max(1, operations)]);
        isTouched = false;
    }

    /// <summary>Adds kinks that are already counted.</summary><param name="operation">The operation.</param><param name="number">The number of kinks.</param>
    public void Add(int operation, long number) => counts[operation] += number;

    /// <summary>The counts, indexed by operation.</summary>
    public ReadOnlySpan<long> End()
    {
        int operations = onDevice.Count;
        if (isTouched)
        {
            onDevice.CopyTo(read);
            for (int operation = 0; operation < Math.Min(operations, counts.Length); operation++)
                counts[operation] += read[operation];
        }

        device.Return(onDevice);
        return counts;
    }
}
