namespace ConservativeAD.Solutions;

/// <summary>How the derivative of an iteration's result is computed.</summary>
public enum IterationDerivative
{
    /// <summary>By backpropagation through all steps. Memory grows with their number.</summary>
    Unrolled,

    /// <summary>
    /// Forward, beside the iteration: J ← ∂T/∂z·J + ∂T/∂x. The same numbers as <see cref="Unrolled"/>, in memory that does not grow (J. Bolte, E. Pauwels and
    /// S. Vaiter, Automatic differentiation of nonsmooth iterative algorithms, NeurIPS 2022).
    /// </summary>
    Piggyback,

    /// <summary>
    /// Of the last step alone, as if its argument were a constant (J. Bolte, E. Pauwels and S. Vaiter, One-step differentiation of iterative algorithms,
    /// NeurIPS 2023).
    /// </summary>
    OneStep,

    /// <summary>By the equation z = T(z, x) of the fixed point, at the last iterate.</summary>
    Implicit,
}
