using System.Globalization;

namespace ConservativeAD.Explorer.Formulas;

/// <summary>Cuts a formula's text into tokens. Mathematical characters (−, ×, ·, ÷, ≤, ≥, ≠, π, ², ³) are read as their plain forms.</summary>
internal static class Tokenizer
{
    private static readonly string[] Pairs = ["<=", ">=", "==", "!=", "**"];

    public static List<Token> Read(string text)
    {
        List<Token> tokens = [];
        int at = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            Token token = char.IsAsciiDigit(c) || c == '.' ? ReadNumber(text, at) : IsNameStart(c) ? ReadName(text, at) : ReadSymbol(text, at);
            tokens.Add(token);
            at += token.Length;
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length, 1));
        return tokens;
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c == 'π';

    private static Token ReadName(string text, int start)
    {
        if (text[start] == 'π')
            return new Token(TokenKind.Name, "pi", start, 1);
        int end = start + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        return new Token(TokenKind.Name, text[start..end].ToLowerInvariant(), start, end - start);
    }

    private static Token ReadNumber(string text, int start)
    {
        int end = DigitsFrom(text, start);
        if (end < text.Length && text[end] == '.')
            end = DigitsFrom(text, end + 1);
        if (end == start + 1 && text[start] == '.')
            throw new FormulaException("A point alone is no number; write 0.5 or .5.", start);

        // The letter of an exponent needs digits behind it; otherwise it begins a name, as in 2exp(x).
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            int digits = end + 1;
            if (digits < text.Length && text[digits] is '+' or '-')
                digits++;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
                end = DigitsFrom(text, digits);
        }

        if (end < text.Length && text[end] == '.')
            throw new FormulaException("This number has a second decimal point.", end);
        string number = text[start..end];
        double value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new Token(TokenKind.Number, number, start, end - start, value)
            : throw new FormulaException($"The number {number} is too large.", start, end - start);
    }

    private static int DigitsFrom(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at;
    }

    private static Token ReadSymbol(string text, int start)
    {
        foreach (string pair in Pairs)
        {
            if (string.CompareOrdinal(text, start, pair, 0, 2) == 0)
                return new Token(TokenKind.Symbol, pair == "**" ? "^" : pair, start, 2);
        }

        string? symbol = text[start] switch
        {
            '+' or '*' or '/' or '^' or '(' or ')' or ',' or '<' or '>' or '-' => text[start].ToString(),
            '−' or '–' => "-",
            '×' or '·' or '⋅' or '∗' => "*",
            '÷' => "/",
            '≤' => "<=",
            '≥' => ">=",
            '≠' => "!=",
            '²' or '³' => text[start].ToString(),
            '[' or '{' => throw new FormulaException("Only round parentheses ( ) are used here.", start),
            ']' or '}' => throw new FormulaException("Only round parentheses ( ) are used here.", start),
            '|' => throw new FormulaException("Write abs(x) for an absolute value.", start),
            '=' => throw new FormulaException("Write == to compare two numbers; a formula has no other equals sign.", start),
            '!' => throw new FormulaException("There is no factorial; != compares two numbers.", start),
            ';' => throw new FormulaException("Arguments are separated by commas, and the decimal sign is a point.", start),
            '√' => throw new FormulaException("Write sqrt(x) for a root.", start),
            _ => null,
        };
        if (symbol is not null)
            return new Token(TokenKind.Symbol, symbol, start, 1);
        int length = char.IsSurrogatePair(text, start) ? 2 : 1;
        throw new FormulaException($"The character \"{text.Substring(start, length)}\" has no meaning here.", start, length);
    }
}
