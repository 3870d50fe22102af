namespace ConservativeAD.Auditor.Programs;

/// <summary>The kind of result of a member of the generic-math interfaces.</summary>
public enum Result
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A truth value, which a program branches on.</summary>
    Truth,

    /// <summary>An integer, which a program multiplies by.</summary>
    Whole,
}

/// <summary>A member of the generic-math interfaces as a step of a program.</summary>
/// <param name="Name">The member's name, followed by a slash and a suffix that distinguishes overloads.</param>
/// <param name="Arity">The number of its number arguments.</param>
/// <param name="Result">What it returns.</param>
/// <param name="Text">Its text as C#: {0}, {1}, {2} are the numbers, {k} and {m} its attributes.</param>
public sealed record Member(string Name, int Arity, Result Result, string Text)
{
    /// <summary>The name for reflection.</summary>
    public string InterfaceName => Name.Split('/')[0];
}
