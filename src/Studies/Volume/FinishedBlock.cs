namespace ConservativeAD.Studies.Volume;

/// <summary>The unit of resumption: consecutive networks of one row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Block">The index of the block in the row.</param>
/// <param name="Outcome">The outcome of its networks.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record FinishedBlock(RowKey Row, int Block, NetworkOutcome Outcome, double Seconds)
{
    /// <summary>The number of networks in a block: a killed process loses at most this many per thread.</summary>
    public const int Networks = 8;
}
