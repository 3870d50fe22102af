using System.Globalization;

namespace ConservativeAD;

/// <summary>Numbers and vectors as short text in the invariant culture: up to four decimals, eight elements, and the number of elements.</summary>
internal static class VectorText
{
    private const int MaximumElements = 8;

    /// <summary>A number; very large and very small ones use an exponent.</summary>
    public static string Number(double value)
    {
        // Adding 0 turns −0 into 0.
        double size = Math.Abs(value);
        return (value + 0).ToString(size is 0 or (>= 1e-4 and < 1e7) ? "0.####" : "G5", CultureInfo.InvariantCulture);
    }

    /// <summary>A vector: its first elements, and its length if it has more. A vector with one element is written as a number.</summary>
    public static string Of(ReadOnlySpan<double> vector)
    {
        if (vector.Length == 1)
            return Number(vector[0]);
        string[] shown = new string[Math.Min(vector.Length, MaximumElements)];
        for (int i = 0; i < shown.Length; i++)
            shown[i] = Number(vector[i]);
        return Listed(shown, vector.Length, "(", ")");
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{double})"/>
    public static string Of(IReadOnlyList<double> vector) => Of([.. vector]);

    /// <summary>A list in brackets: the texts of its first elements, and its length if it has more.</summary>
    public static string List<TElement>(IReadOnlyCollection<TElement> elements, Func<TElement, string> text) =>
        Listed([.. elements.Take(MaximumElements).Select(text)], elements.Count, "[", "]");

    private static string Listed(string[] shown, int length, string open, string close) =>
        string.Create(CultureInfo.InvariantCulture, $"{open}{string.Join(", ", shown)}{(length > shown.Length ? $", … ({length} in all)" : "")}{close}");
}
