namespace ConservativeAD.Kernels;

/// <summary>A block of memory, for any element type.</summary>
internal interface IBlock
{
    /// <summary>Its size.</summary>
    long Bytes { get; }

    /// <summary>Releases the memory to the system; the block must not be used again.</summary>
    void Release();
}
