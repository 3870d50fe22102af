namespace ConservativeAD.Optimizers;

/// <summary>How the height of the cycles of a <see cref="CyclicStepSize"/> changes.</summary>
public enum CycleHeight
{
    /// <summary>It stays: PyTorch's triangular.</summary>
    Constant,

    /// <summary>It is halved after every cycle: triangular2.</summary>
    Halved,

    /// <summary>It is multiplied by a factor at every step: exp_range.</summary>
    Exponential,
}
