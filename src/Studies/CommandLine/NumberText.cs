using System.Globalization;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Numbers and vectors as text for tables.</summary>
internal static class NumberText
{
    private const int MaximumVectors = 6;

    /// <summary>With two decimals, for narrow columns.</summary>
    public static string Short(IReadOnlyList<double> values) =>
        values.Count == 1 ? Rounded(values[0], 2) : $"({string.Join(", ", values.Select(value => Rounded(value, 2)))})";

    public static string Of(IReadOnlyList<double> values) => values.Count == 1 ? Of(values[0]) : $"({string.Join(", ", values.Select(Of))})";

    public static string Of(IReadOnlyList<double[]> vectors) => vectors.Count <= MaximumVectors
        ? string.Join(" ", vectors.Select(vector => Of(vector)))
        : $"{string.Join(" ", vectors.Take(MaximumVectors).Select(vector => Of(vector)))} … {vectors.Count} in all";

    public static string Of(double value) => Rounded(value, 4);

    // Adding 0 turns −0 into 0.
    private static string Rounded(double value, int decimals) => (Math.Round(value, decimals) + 0).ToString("0.####", CultureInfo.InvariantCulture);
}
