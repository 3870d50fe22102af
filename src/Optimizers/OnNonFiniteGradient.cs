namespace ConservativeAD.Optimizers;

/// <summary>What a step does with a gradient that is NaN or infinite, where it looks for one.</summary>
public enum OnNonFiniteGradient
{
    /// <summary>Throws an <see cref="ArithmeticException"/> that names the parameter; nothing has changed.</summary>
    Throw,

    /// <summary>Leaves parameters, states and the step count as they are.</summary>
    Skip,
}
