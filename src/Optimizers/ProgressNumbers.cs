namespace ConservativeAD.Optimizers;

/// <summary>Reads the numbers of a run by name.</summary>
internal static class ProgressNumbers
{
    private const double LargestCount = 1L << 53;

    /// <summary>A required number.</summary>
    public static double Number(this IReadOnlyDictionary<string, double> progress, string name) => progress.TryGetValue(name, out double value)
        ? value
        : throw new ArgumentException($"The number '{name}' is missing among the {progress.Count} given.", nameof(progress));

    /// <summary>A required count.</summary>
    public static long Count(this IReadOnlyDictionary<string, double> progress, string name) =>
        progress.Number(name) is var value and >= 0 and <= LargestCount && value == Math.Floor(value)
        ? (long)value
        : throw new ArgumentException($"The count '{name}' is {progress.Number(name)}, which is no count.", nameof(progress));

    /// <summary>A required choice, 0 or 1.</summary>
    public static bool Choice(this IReadOnlyDictionary<string, double> progress, string name) => progress.Number(name) switch
    {
        0 => false,
        1 => true,
        double other => throw new ArgumentException($"'{name}' is 0 or 1; {other} was given.", nameof(progress)),
    };

    /// <summary>Adds a prefix to the names of numbers.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Under(this IReadOnlyDictionary<string, double> progress, string prefix) =>
        progress.Select(number => KeyValuePair.Create(prefix + number.Key, number.Value));

    /// <summary>The numbers whose names have a prefix.</summary>
    public static Dictionary<string, double> From(this IReadOnlyDictionary<string, double> progress, string prefix) => progress
        .Where(number => number.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(number => number.Key[prefix.Length..], number => number.Value);
}
