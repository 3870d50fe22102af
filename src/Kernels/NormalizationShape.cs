namespace ConservativeAD.Kernels;

/// <summary>
/// How an array is cut into groups that are normalised each by its own mean and variance: contiguous [outer, groups, inner], a group being all elements of one middle index. Batch
/// normalisation has the batch outside, channels as groups and positions inside; layer normalisation has nothing outside and examples as groups.
/// </summary>
/// <param name="Outer">Extent of the outer axis.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="Inner">Extent of the inner axis.</param>
/// <param name="IsScaledByGroup">Whether scale and shift are one number a group, or one a position of the inner axis.</param>
public readonly record struct NormalizationShape(int Outer, int Groups, int Inner, bool IsScaledByGroup)
{
    /// <summary>Elements of a group.</summary>
    public int GroupCount => Outer * Inner;

    /// <summary>Elements of the array.</summary>
    public int Count => Outer * Groups * Inner;

    /// <summary>Elements of scale and of shift.</summary>
    public int ScaleCount => IsScaledByGroup ? Groups : Inner;
}
