namespace ConservativeAD.Kernels;

/// <summary>Which of several equal elements comes first: the selection of an argmax, a sort or a max pooling at a tie.</summary>
public enum TieOrder
{
    /// <summary>The one with the lowest index (a stable sort).</summary>
    First,

    /// <summary>The one with the highest index (a sort that reverses ties).</summary>
    Last,
}
