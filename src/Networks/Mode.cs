namespace ConservativeAD.Networks;

/// <summary>What a network is run for.</summary>
public enum Mode
{
    /// <summary>Training: dropout drops, batch normalisation uses the batch's statistics.</summary>
    Training,

    /// <summary>Evaluation: dropout passes, batch normalisation uses the running statistics.</summary>
    Evaluation,
}
