namespace ConservativeAD;

/// <summary>What the sum of squared deviations is divided by.</summary>
public enum VarianceDivisor
{
    /// <summary>n − 1: the estimate without bias from a sample.</summary>
    Sample,

    /// <summary>n: the variance of the numbers themselves.</summary>
    Population,
}
