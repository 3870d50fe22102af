namespace ConservativeAD.Optimizers;

/// <summary>A theorem on where a method goes in the long run, and which of its hypotheses are known to hold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where it stands.</param>
/// <param name="Conclusion">What it says, where every hypothesis holds.</param>
/// <param name="Hypotheses">The hypotheses.</param>
public sealed record ConvergenceTheorem(string Name, string Source, string Conclusion, IReadOnlyList<Hypothesis> Hypotheses)
{
    /// <summary>Whether it applies: holds where every hypothesis does, fails where one does.</summary>
    public Finding Applies => Hypotheses.Any(hypothesis => hypothesis.Finding == Finding.Fails) ? Finding.Fails
        : Hypotheses.All(hypothesis => hypothesis.Finding == Finding.Holds) ? Finding.Holds : Finding.Unknown;

    /// <inheritdoc/>
    public override string ToString()
    {
        string verdict = Applies switch
        {
            Finding.Holds => "applies",
            Finding.Fails => "does not apply",
            _ => "may apply",
        };
        return $"{Name} {verdict}: {string.Join("; ", Hypotheses.Select(hypothesis => $"{hypothesis.Statement}: {Word(hypothesis.Finding)} ({hypothesis.Reason})"))}";
    }

    private static string Word(Finding finding) => finding switch
    {
        Finding.Holds => "yes",
        Finding.Fails => "no",
        _ => "unknown",
    };
}
