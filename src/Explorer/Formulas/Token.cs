namespace ConservativeAD.Explorer.Formulas;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    Number,
    Name,
    Symbol,
    End,
}

/// <summary>A piece of a formula's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text in plain characters: "-" for a minus sign of any kind, "&lt;=" for ≤.</param>
/// <param name="Start">The index of its first character.</param>
/// <param name="Length">The number of characters in the text as typed.</param>
/// <param name="Number">The value of a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int Length, double Number = 0)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    /// <summary>The token as a message names it.</summary>
    public string Described => Kind == TokenKind.End ? "the end of the formula" : $"\"{Text}\"";
}
