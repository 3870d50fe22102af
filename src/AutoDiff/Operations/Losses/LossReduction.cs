namespace ConservativeAD;

/// <summary>How the losses of a batch are combined.</summary>
public enum LossReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Not combined: one loss per example.</summary>
    None,
}
