namespace ConservativeAD.Kernels;

/// <summary>
/// The groups of an array that are normalised separately, each by its own mean and variance: the array is contiguous [outer, groups, inner], and a group
/// consists of all elements with one middle index. Batch normalisation has the batch as outer axis, channels as groups and positions as inner axis; layer
/// normalisation has an outer extent of 1 and examples as groups; group normalisation has an outer extent of 1 and the groups of all examples as groups.
/// </summary>
/// <param name="Outer">Extent of the outer axis.</param>
/// <param name="Groups">The number of groups.</param>
/// <param name="Inner">Extent of the inner axis.</param>
/// <param name="IsScaledByGroup">Whether scale and shift have one number per group; otherwise they have one per run of the inner axis.</param>
/// <param name="ScaleRun">Neighbouring positions of the inner axis with the same scale and shift; it divides the inner extent.</param>
/// <param name="ScalePeriod">After how many groups scales and shifts repeat; it divides the groups.</param>
public readonly record struct NormalizationShape(int Outer, int Groups, int Inner, bool IsScaledByGroup, int ScaleRun = 1, int ScalePeriod = 1)
{
    /// <summary>Elements of a group.</summary>
    public int GroupCount => Outer * Inner;

    /// <summary>Elements of the array.</summary>
    public int Count => Outer * Groups * Inner;

    /// <summary>Elements of scale and of shift.</summary>
    public int ScaleCount => IsScaledByGroup ? Groups : ScalePeriod * RunsOfGroup;

    /// <summary>The number of runs of a group.</summary>
    internal int RunsOfGroup => Inner / ScaleRun;

    /// <summary>The index of the first scale of a group whose scales are not its own.</summary>
    internal int FirstScale(int group) => group % ScalePeriod * RunsOfGroup;
}
