namespace ConservativeAD.Studies.Pooling;

/// <summary>What the choice at ties of a maximum changes.</summary>
internal enum PoolingZone
{
    /// <summary>Nothing: the gradients have the same bits.</summary>
    None,

    /// <summary>Rounding alone: over the reals the gradients agree, but sums are taken in another order.</summary>
    Compensation,

    /// <summary>Not known: the difference is not a number, or between those of rounding and those over the reals.</summary>
    Undecided,

    /// <summary>The gradient itself: backpropagation already differs over the reals.</summary>
    Bifurcation,
}
