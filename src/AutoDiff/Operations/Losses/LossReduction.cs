namespace ConservativeAD;

/// <summary>How the losses of a batch become one value.</summary>
public enum LossReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Not at all: one loss per example.</summary>
    None,
}
