namespace ConservativeAD.Explorer.Exploring;

/// <summary>How a finding is to be taken.</summary>
public enum Weight
{
    /// <summary>All is as it should be.</summary>
    Fine,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Backpropagation misleads here, or something is not known.</summary>
    Warning,
}

/// <summary>A sentence or two about the point.</summary>
/// <param name="Weight">How it is to be taken.</param>
/// <param name="Title">What it says, in a few words.</param>
/// <param name="Text">The same in a sentence or two.</param>
public sealed record Finding(Weight Weight, string Title, string Text);
