namespace ConservativeAD.Networks;

/// <summary>Whether a network is trained or evaluated.</summary>
public enum Mode
{
    /// <summary>Training: dropout is active, batch normalisation uses the batch's statistics.</summary>
    Training,

    /// <summary>Evaluation: dropout is inactive, batch normalisation uses the running statistics.</summary>
    Evaluation,
}
