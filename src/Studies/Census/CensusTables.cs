using System.Globalization;
using ConservativeAD.Studies.Gradients;

namespace ConservativeAD.Studies.Census;

/// <summary>The tables of <c>census</c>, the same on the terminal, in CSV files and in the report.</summary>
internal static class CensusTables
{
    public static IReadOnlyList<string> Columns { get; } = ["images", "node", "operator", "evaluations", "at a kink", "proportion", "low", "high", "nearest"];

    public static IReadOnlyList<string> DifferenceColumns { get; } =
        ["images", "another choice at", "batches", "at kinks", "gradients differ", "of weights", "of input"];

    public static IReadOnlyList<string> ClarkeColumns { get; } =
    [
        "images", "batches", "certified", "of weights", "of input", "of weights, other choices", "of input, other choices", "apart in weights",
        "apart in input",
    ];

    public static IReadOnlyList<string> RefusalColumns { get; } = ["images", "reason", "batches"];

    public static IEnumerable<string[]> Rows(CensusResults results) => results.Rows.Select(row => (string[])
    [
        row.Images, row.Node, row.Operator, Text(row.Evaluations), Text(row.Kinks), Text(row.Proportion), Text(row.Low), Text(row.High), Text(row.Nearest),
    ]);

    public static IEnumerable<string[]> DifferenceRows(CensusResults results) => results.Differences.Select(row => (string[])
        [row.Images, Word(row.Kink), Text(row.Batches), Text(row.AtKinks), Text(row.Different), Text(row.OfParameters), Text(row.OfInput)]);

    public static IEnumerable<string[]> ClarkeRows(CensusResults results) => results.Clarke.Select(row => (string[])
    [
        row.Images, Text(row.Batches), Text(row.Certified), Text(row.OfParameters), Text(row.OfInput), Text(row.OtherOfParameters), Text(row.OtherOfInput),
        Text(row.ApartInParameters), Text(row.ApartInInput),
    ]);

    public static IEnumerable<string[]> RefusalRows(CensusResults results) =>
        results.Refusals.Select(row => (string[])[row.Images, row.Reason, Text(row.Batches)]);

    private static string Word(KinkName kink) => kink switch
    {
        KinkName.Any => "all kinks",
        KinkName.LeakyRelu => "leaky relu",
        KinkName.MaxPool => "max pooling",
        _ => kink.ToString().ToLowerInvariant(),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double? number) => number?.ToString("0.###e0", CultureInfo.InvariantCulture) ?? "";
}
