namespace ConservativeAD.Auditor.Questions;

/// <summary>The outcome of one question about one program.</summary>
public enum Outcome
{
    /// <summary>Certified, and right as far as the reference checked.</summary>
    Right,

    /// <summary>Certified, and wrong.</summary>
    False,

    /// <summary>Certified, but the reference is undecided.</summary>
    Undecided,

    /// <summary>Not certified.</summary>
    Refused,

    /// <summary>Not certified, although the gradient is the same in all directions that the reference examined.</summary>
    RefusedThoughSmooth,

    /// <summary>The program also throws on plain doubles.</summary>
    ProgramThrows,

    /// <summary>The question threw, and the program does not.</summary>
    Threw,
}

/// <summary>An outcome with its explanation.</summary>
/// <param name="Question">The question.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Said">The answer of the engine.</param>
/// <param name="Right">The right answer, or the reason why it is unknown.</param>
public sealed record Verdict(string Question, Outcome Outcome, string Said, string Right);
