namespace ConservativeAD.Explorer.Formulas;

/// <summary>A formula that cannot be read, with the place where reading stopped.</summary>
/// <param name="message">The error, in a sentence.</param>
/// <param name="start">The index of the first character at fault; the length of the text if something is missing at its end.</param>
/// <param name="length">The number of characters at fault; at least 1.</param>
public sealed class FormulaException(string message, int start, int length = 1) : FormatException(message)
{
    /// <summary>The index of the first character at fault.</summary>
    public int Start { get; } = start;

    /// <summary>The number of characters at fault.</summary>
    public int Length { get; } = Math.Max(1, length);

    /// <summary>The column, counted from 1.</summary>
    public int Column => Start + 1;

    /// <summary>Spaces and carets that stand under the characters at fault.</summary>
    public string Carets => new string(' ', Start) + new string('^', Length);
}
