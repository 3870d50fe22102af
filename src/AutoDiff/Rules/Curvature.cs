namespace ConservativeAD;

/// <summary>The curvature of a function, as far as it is known.</summary>
public enum Curvature
{
    /// <summary>Unknown, or neither convex nor concave.</summary>
    Unknown,

    /// <summary>Convex and concave.</summary>
    Affine,

    /// <summary>Convex.</summary>
    Convex,

    /// <summary>Concave.</summary>
    Concave,

    /// <summary>Linear in each argument while the others are fixed.</summary>
    Product,

    /// <summary>Linear in the first argument while the second is fixed.</summary>
    Quotient,
}
