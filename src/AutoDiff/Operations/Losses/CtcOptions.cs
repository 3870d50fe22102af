namespace ConservativeAD;

/// <summary>The settings of a connectionist temporal classification loss.</summary>
public sealed record CtcOptions
{
    /// <summary>The class of the blank.</summary>
    public int Blank { get; init; }

    /// <summary>
    /// How the losses are combined. The mean divides each loss by the length of its target, or by 1 if that is empty, and is over the batch, as PyTorch's.
    /// </summary>
    public LossReduction Reduction { get; init; } = LossReduction.Mean;

    /// <summary>Whether the loss of a target without any alignment is 0 instead of ∞.</summary>
    public bool ZeroInfinity { get; init; }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
