using System.Globalization;
using System.Text;

namespace ConservativeAD.Networks;

/// <summary>Shortens text of unknown origin and length for messages: on one line, without control characters.</summary>
internal static class Excerpt
{
    private const int Longest = 80;

    /// <summary>The text, or its beginning followed by its length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The largest number of characters shown.</param>
    public static string Of(string text, int longest = Longest)
    {
        StringBuilder shown = new();
        int taken = 0;
        for (; taken < text.Length && shown.Length < longest; taken++)
        {
            char c = text[taken];
            if (char.IsSurrogate(c) || char.IsControl(c) || c is '\u2028' or '\u2029')
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                shown.Append(c);
        }

        return taken == text.Length ? shown.ToString() : string.Create(CultureInfo.InvariantCulture, $"{shown}… ({text.Length} characters)");
    }
}
