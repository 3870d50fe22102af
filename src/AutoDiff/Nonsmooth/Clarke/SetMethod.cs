namespace ConservativeAD.Nonsmooth;

/// <summary>How a Clarke subdifferential is found.</summary>
public enum SetMethod
{
    /// <summary>
    /// The pieces are enumerated where few kinks meet. Otherwise, or where that is not exact, regularity and independent kinks are tried, and then bounds.
    /// </summary>
    Automatic,

    /// <summary>By regularity alone.</summary>
    Regularity,

    /// <summary>By enumerating the pieces that meet at the point.</summary>
    Pieces,

    /// <summary>By the independence of the kinks alone.</summary>
    IndependentKinks,

    /// <summary>By pieces up to the budget, within the set of what backpropagation returns for all choices at the kinks.</summary>
    Bounds,
}
