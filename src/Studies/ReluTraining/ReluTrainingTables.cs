using System.Globalization;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>The tables of <c>relu-training</c>, with the same columns on the terminal, in CSV files and in the report.</summary>
internal static class ReluTrainingTables
{
    public static IReadOnlyList<string> RunColumns { get; } =
        ["network", "bits", "rule", "s", "rate", "runs", "accuracy", "95 % interval", "diverged", "zeros", "relus", "differ", "first step", "ℓ₁ apart",
            "relative", "from Clarke", "hits", "certified"];

    public static IReadOnlyList<string> RuleColumns { get; } =
        ["network", "bits", "s", "multiplied by s", "95 % interval", "s assigned", "95 % interval of it", "difference"];

    public static IReadOnlyList<string> ZeroColumns { get; } = ["network", "bits", "rule", "layer", "epoch", "zeros", "relus", "per relu", "95 % interval"];

    public static IEnumerable<IReadOnlyList<string>> RunRows(ReluTrainingResults results) => results.Rows.Select(row => (IReadOnlyList<string>)
    [
        row.Network.Word, Whole(row.Precision), Name(row.Rule), Number(row.Slope), Number(row.LearningRate), Whole(row.Runs), Accuracy(row.Accuracy),
        Interval(row), Whole(row.Diverged), Whole(row.Zeros), Small(row.Evaluations), row.Differing is { } differing ? Whole(differing) : "–",
        Small(row.FirstStep), Small(row.L1), Small(row.Relative), Small(row.FromClarke), Whole(row.Hits), Whole(row.Certified),
    ]);

    /// <summary>The rule that multiplies by s beside the one that assigns s; none if the study has one of them only.</summary>
    public static IEnumerable<IReadOnlyList<string>> RuleRows(ReluTrainingResults results) =>
        from chain in results.Rows
        where chain.Rule == ReluRule.Chain
        let published = results.Rows.FirstOrDefault(row => row.Rule == ReluRule.Published
            && (row.Network, row.Precision, row.Slope) == (chain.Network, chain.Precision, chain.Slope))
        where published is not null
        select (IReadOnlyList<string>)
        [
            chain.Network.Word, Whole(chain.Precision), Number(chain.Slope), Accuracy(chain.Accuracy), Interval(chain), Accuracy(published.Accuracy),
            Interval(published), (published.Accuracy - chain.Accuracy).ToString("+0.0000;-0.0000;0", CultureInfo.InvariantCulture),
        ];

    public static IEnumerable<IReadOnlyList<string>> ZeroRows(ReluTrainingResults results) => results.Zeros.Select(row => (IReadOnlyList<string>)
    [
        row.Network.Word, Whole(row.Precision), Name(row.Rule), Whole(row.Layer), Whole(row.Epoch), Whole(row.Zeros), Whole(row.Evaluations), Small(row.Rate),
        $"{Small(row.Low)} … {Small(row.High)}",
    ]);

    /// <summary>The word of a rule.</summary>
    /// <param name="rule">The rule.</param>
    public static string Name(ReluRule rule) => rule.ToString().ToLowerInvariant();

    private static string Interval(ReluRow row) => row.Low is { } low && row.High is { } high ? $"{Accuracy(low)} … {Accuracy(high)}" : "–";

    private static string Accuracy(double accuracy) => accuracy.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Small(double? number) => number switch
    {
        null => "–",
        0 => "0",
        >= 1 and < 1e5 => number.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.Value.ToString("0.0E+0", CultureInfo.InvariantCulture),
    };
}
