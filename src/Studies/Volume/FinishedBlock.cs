namespace ConservativeAD.Studies.Volume;

/// <summary>The unit of resumption: consecutive networks of one row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Block">Which block of the row.</param>
/// <param name="Outcome">What its networks did.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FinishedBlock(RowKey Row, int Block, NetworkOutcome Outcome, double Seconds)
{
    /// <summary>Networks in a block: a kill loses at most that many per thread.</summary>
    public const int Networks = 8;
}
