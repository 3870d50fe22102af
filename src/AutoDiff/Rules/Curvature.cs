namespace ConservativeAD;

/// <summary>How a function bends, as far as it is known.</summary>
public enum Curvature
{
    /// <summary>Not known, or neither convex nor concave.</summary>
    Unknown,

    /// <summary>Convex and concave.</summary>
    Affine,

    /// <summary>Convex.</summary>
    Convex,

    /// <summary>Concave.</summary>
    Concave,

    /// <summary>Linear in each argument where the others are held.</summary>
    Product,

    /// <summary>Linear in the first argument where the second is held.</summary>
    Quotient,
}
