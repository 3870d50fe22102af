namespace ConservativeAD;

/// <summary>A rule whose curvature and monotonicity depend on its attributes, as those of a multiplication by a number do on its sign.</summary>
public interface ITellsShape
{
    /// <summary>The curvature, with these attributes.</summary>
    Curvature Curvature { get; }

    /// <summary>The monotonicity, with these attributes.</summary>
    Monotonicity Monotonicity { get; }
}
