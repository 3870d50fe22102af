namespace ConservativeAD.Distributed.Reduction;

/// <summary>Elements whose sum over all ranks one rank makes.</summary>
/// <param name="Start">The first element.</param>
/// <param name="Length">The number of elements; less than 2³¹.</param>
/// <param name="Owner">The rank.</param>
internal readonly record struct Segment(long Start, int Length, int Owner)
{
    /// <summary>The element after the last.</summary>
    public long End => Start + Length;
}
