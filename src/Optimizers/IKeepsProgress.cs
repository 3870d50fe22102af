namespace ConservativeAD.Optimizers;

/// <summary>
/// An object that keeps numbers between steps besides arrays: counts, a step size that reports have changed, a loss scale. Together with the parameters and the
/// arrays of its state, they are all that a run needs to resume with the same bits.
/// </summary>
public interface IKeepsProgress
{
    /// <summary>The numbers, by name. Counts are exact up to 2⁵³.</summary>
    IReadOnlyDictionary<string, double> Progress { get; }

    /// <summary>Restores numbers that were read from <see cref="Progress"/>.</summary>
    /// <param name="progress">The numbers.</param>
    /// <exception cref="ArgumentException">A number is missing or invalid. Nothing has changed.</exception>
    void RestoreProgress(IReadOnlyDictionary<string, double> progress);
}
