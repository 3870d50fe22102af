namespace ConservativeAD.Diagnostics;

/// <summary>A theorem on the long-run behaviour of a method, with the hypotheses and whether they are known to hold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Its source.</param>
/// <param name="Conclusion">Its conclusion if all hypotheses hold.</param>
/// <param name="Hypotheses">The hypotheses.</param>
public sealed record ConvergenceTheorem(string Name, string Source, string Conclusion, IReadOnlyList<Hypothesis> Hypotheses)
{
    /// <summary>Whether the theorem applies: it holds if every hypothesis holds, and fails if one fails.</summary>
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
        IEnumerable<string> found = Hypotheses.Select(hypothesis => $"{hypothesis.Statement}: {Word(hypothesis.Finding)} ({hypothesis.Reason})");
        return $"{Name} {verdict}: {string.Join("; ", found)}";
    }

    private static string Word(Finding finding) => finding switch
    {
        Finding.Holds => "yes",
        Finding.Fails => "no",
        _ => "unknown",
    };
}
