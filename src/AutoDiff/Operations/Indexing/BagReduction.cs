namespace ConservativeAD;

/// <summary>How the rows of a bag are combined.</summary>
public enum BagReduction
{
    /// <summary>Their mean; 0 for an empty bag.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their largest elements; 0 for an empty bag.</summary>
    Max,
}
