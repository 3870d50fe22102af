namespace ConservativeAD.Kernels;

/// <summary>
/// A block of memory from a device's pool. It records whether it is in use or free, and how often its elements were changed.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class Storage<T> : IBlock
    where T : unmanaged
{
    /// <summary>Describes a block.</summary>
    /// <param name="device">The device that holds it.</param>
    /// <param name="capacity">The number of elements that fit.</param>
    protected Storage(Device device, int capacity)
    {
        Device = device;
        Capacity = capacity;
    }

    /// <summary>The device that holds the block.</summary>
    public Device Device { get; }

    /// <summary>The number of elements that fit.</summary>
    public int Capacity { get; }

    /// <summary>Increases whenever any kernel or copy writes elements, so equal versions mean equal elements.</summary>
    public long Version { get; private set; } = 1;

    /// <summary>The name of the last operation that changed elements, for messages, such as <c>Sgd.Step</c> or <c>Device.Fill</c>.</summary>
    public string? ChangedBy { get; private set; }

    /// <summary>
    /// Odd while the block is in use, even while it is free in the pool; it changes each time the block is taken or returned. Arrays keep the stamp at which
    /// they were made.
    /// </summary>
    internal int Stamp { get; private set; }

    /// <summary>Whether the block is in use.</summary>
    internal bool IsHeld => (Stamp & 1) != 0;

    /// <summary>Whether the memory was released to the system.</summary>
    internal bool IsReleased { get; private set; }

    long IBlock.Bytes => Bytes;

    /// <summary>The size of the block.</summary>
    internal unsafe long Bytes => (long)Capacity * sizeof(T);

    /// <summary>
    /// Records the name of the operation that changes the elements, for messages. Kernels and copies record themselves; an operation that runs several of them
    /// may record its own name afterwards.
    /// </summary>
    /// <param name="by">The name of the operation.</param>
    public void NoteChange(string by)
    {
        Version++;

        // An unchanged reference is not written again, because every write of a reference notifies the garbage collector.
        if (!ReferenceEquals(ChangedBy, by))
            ChangedBy = by;
    }

    void IBlock.Release()
    {
        IsReleased = true;
        Release();
    }

    /// <summary>Moves the block from the pool to a holder, or back.</summary>
    internal void ChangeHands() => Stamp++;

    /// <summary>Releases the memory to the system.</summary>
    private protected abstract void Release();
}
