namespace ConservativeAD.Nonsmooth;

/// <summary>How a Clarke subdifferential is found.</summary>
public enum SetMethod
{
    /// <summary>The pieces are enumerated where few kinks meet; otherwise, or where that is not exact, regularity is tried.</summary>
    Automatic,

    /// <summary>By regularity alone.</summary>
    Regularity,

    /// <summary>By enumerating the pieces that meet at the point.</summary>
    Pieces,
}
