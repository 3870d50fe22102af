namespace ConservativeAD.Solutions;

/// <summary>Solves systems with the derivative B of an equation in its unknowns.</summary>
internal interface ILinearSystem
{
    /// <summary>The condition of B in the 1-norm; null if it was not computed.</summary>
    double? Condition { get; }

    /// <summary>B⁻¹·right.</summary>
    double[] Solve(double[] right);

    /// <summary>B⁻ᵀ·right.</summary>
    double[] SolveTransposed(double[] right);
}
