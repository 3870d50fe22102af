namespace ConservativeAD.Optimizers;

/// <summary>The reaction of a step to a gradient that is NaN or infinite, if gradients are checked.</summary>
public enum OnNonFiniteGradient
{
    /// <summary>Throws an <see cref="ArithmeticException"/> that names the parameter; nothing has changed.</summary>
    Throw,

    /// <summary>Leaves parameters, states and the step count as they are.</summary>
    Skip,
}
