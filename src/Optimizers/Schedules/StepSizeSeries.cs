namespace ConservativeAD.Optimizers;

/// <summary>What is known of an infinite sum of step sizes, or of their squares.</summary>
public enum StepSizeSeries
{
    /// <summary>The sum is finite.</summary>
    Converges,

    /// <summary>The sum is infinite.</summary>
    Diverges,
}
