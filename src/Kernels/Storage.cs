namespace ConservativeAD.Kernels;

/// <summary>A block of memory on a device, from the device's pool.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Storage<T>
    where T : unmanaged
{
    /// <summary>Describes a block.</summary>
    /// <param name="device">The device that holds it.</param>
    /// <param name="capacity">How many elements fit.</param>
    protected Storage(Device device, int capacity)
    {
        Device = device;
        Capacity = capacity;
    }

    /// <summary>The device that holds the block.</summary>
    public Device Device { get; }

    /// <summary>How many elements fit.</summary>
    public int Capacity { get; }
}
