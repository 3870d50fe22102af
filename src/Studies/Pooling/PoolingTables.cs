using System.Globalization;

namespace ConservativeAD.Studies.Pooling;

/// <summary>The tables of <c>maxpool</c>, with the same columns on the terminal, in CSV files and in the report.</summary>
internal static class PoolingTables
{
    public static IReadOnlyList<string> OracleColumns { get; } = ["x", "t", "bits", "here", "every operation rounded", "kind"];

    public static IReadOnlyList<string> ZoneColumns { get; } =
        ["bits", "β", "networks", "mini-batches", "with ties", "tied windows", "bits differ", "over the reals", "by rounding", "undecided",
            "above threshold", "misjudged", "largest norm"];

    public static IReadOnlyList<string> TrainingColumns { get; } =
        ["bits", "β", "runs", "accuracy", "95 % interval", "collapsed", "diverged", "published"];

    public static IEnumerable<IReadOnlyList<string>> OracleRows(PoolingResults results) => results.Oracles.Select(oracle => (IReadOnlyList<string>)
    [
        $"({string.Join(", ", oracle.Entries.Select(Number))})", Number(oracle.At), Whole(oracle.Precision), Number(oracle.Engine), Number(oracle.Rounded),
        KindOf(oracle),
    ]);

    public static IEnumerable<IReadOnlyList<string>> ZoneRows(PoolingResults results) =>
        from row in results.Zones
        from beta in row.Outcome.Betas
        let seen = row.Outcome
        select (IReadOnlyList<string>)
        [
            Whole(row.Precision), Number(beta.Beta), Whole(seen.Networks), Whole(seen.Batches), Whole(seen.Tied),
            string.Create(CultureInfo.InvariantCulture, $"{(seen.Windows == 0 ? 0 : (double)seen.TiedWindows / seen.Windows):0.0000}"), Whole(beta.Differing),
            Whole(beta.Bifurcating), Whole(beta.Compensating), Whole(beta.Undecided), Whole(beta.AboveThreshold), Whole(beta.Misjudged),
            beta.LargestNorm.ToString("0.0E+0", CultureInfo.InvariantCulture),
        ];

    public static IEnumerable<IReadOnlyList<string>> TrainingRows(PoolingResults results) => results.Training.Select(row => (IReadOnlyList<string>)
    [
        Whole(row.Precision), Number(row.Beta), Whole(row.Runs), Accuracy(row.Accuracy),
        row.Low is { } low && row.High is { } high ? $"{Accuracy(low)} … {Accuracy(high)}" : "–", Whole(row.Collapsed), Whole(row.Diverged),
        PublishedPooling.Accuracy(results.Settings, row.Precision, row.Beta) is { } published ? Accuracy(published) : "–",
    ]);

    private static string KindOf(PoolingOracle oracle) => oracle.Zone switch
    {
        PoolingZone.Compensation => "rounding",
        PoolingZone.Bifurcation => "a tie over the reals",
        _ => "none",
    };

    private static string Accuracy(double accuracy) => accuracy.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);
}
