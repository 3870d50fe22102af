namespace ConservativeAD.Rules;

/// <summary>A rule whose curvature and monotonicity depend on its attributes. For a multiplication by a number they depend on the sign of the number.</summary>
public interface IHasCurvature
{
    /// <summary>The curvature for these attributes.</summary>
    Curvature Curvature { get; }

    /// <summary>The monotonicity for these attributes.</summary>
    Monotonicity Monotonicity { get; }
}
