using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Pooling;

/// <summary>The files that <c>maxpool</c> writes.</summary>
internal static class PoolingFolder
{
    public static void Write(string folder, PoolingResults results)
    {
        Chart zones = Zones(results);
        Chart? training = results.Training.Count > 0 ? Training(results) : null;
        List<(string, string)> tables =
        [
            ("oracles", StudyFiles.Csv(PoolingTables.OracleColumns, PoolingTables.OracleRows(results))),
            ("zones", StudyFiles.Csv(PoolingTables.ZoneColumns, PoolingTables.ZoneRows(results))),
        ];
        List<(string, IReadOnlyList<Chart>)> pictures = [("zones", [zones])];
        if (training is not null)
        {
            tables.Add(("training", StudyFiles.Csv(PoolingTables.TrainingColumns, PoolingTables.TrainingRows(results))));
            pictures.Add(("training", [training]));
        }

        StudyFiles.Write(folder, results, tables, pictures, Report(results, zones, training));
    }

    // Shares of mini-batches under β = 1, or the first β: one column for each precision and kind.
    private static Chart Zones(PoolingResults results)
    {
        ChartSeries Series(string name, int color, Func<ZoneRow, BetaOutcome, long> count) => new(name, ChartMark.Columns,
        [
            .. results.Zones.Select((row, place) =>
            {
                Proportion share = Proportion.Wilson(count(row, Unit(row)), row.Outcome.Batches);
                return new ChartPoint(place, share.Value, share.Low, share.High);
            }),
        ])
        { Color = color };

        return new Chart($"Mini-batches on which the choice at ties changes the gradient, {Name(results.Settings)}", "", "share of mini-batches")
        {
            Categories = [.. results.Zones.Select(row => $"{row.Precision} bit")],
            YLimits = (0, 1.05),
            Series =
            [
                Series("with ties", 0, (row, _) => row.Outcome.Tied),
                Series("some bit differs", 1, (_, beta) => beta.Differing),
                Series("differs over the reals", 2, (_, beta) => beta.Bifurcating),
                Series("norm above the published threshold", 3, (_, beta) => beta.AboveThreshold),
            ],
        };
    }

    private static Chart Training(PoolingResults results) => new($"Accuracy after {results.Settings.Epochs} epochs, {Name(results.Settings)}", "β",
        "accuracy on test images")
    {
        Categories = [.. results.Settings.TrainedBetas.Select(beta => FormattableString.Invariant($"{beta}"))],
        Series =
        [
            .. results.Settings.Precisions.Select((precision, color) => new ChartSeries($"{precision} bit", ChartMark.MarkedLine,
            [
                .. results.Training.Where(row => row.Precision == precision)
                    .Select(row => new ChartPoint(Place(results, row.Beta), row.Accuracy, row.Low, row.High)),
            ])
            { Color = color }),
            .. results.Settings.Precisions.Select((precision, color) => new ChartSeries($"{precision} bit, published (100 epochs)", ChartMark.Points,
            [
                .. results.Settings.TrainedBetas.Where(beta => PublishedPooling.Accuracy(results.Settings, precision, beta) is not null)
                    .Select(beta => new ChartPoint(Place(results, beta), PublishedPooling.Accuracy(results.Settings, precision, beta)!.Value)),
            ])
            { Color = color, IsOpen = true }).Where(series => series.Points.Count > 0),
        ],
    };

    private static HtmlReport Report(PoolingResults results, Chart zones, Chart? training)
    {
        HtmlReport report = new HtmlReport("What the choice at ties of max pooling changes")
            .Lead("A window whose largest entry occurs more than once passes its gradient to the first of them, to all in equal parts, or to a mixture "
                + "MaxPool_β of both. The gradients differ over the reals, or by rounding alone, and the engine can tell which.")
            .NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        report.NoticeOfUnits(results, "The study was stopped: what follows counts the networks and runs finished so far.");
        report
            .Heading("Programs with exact answers")
            .Paragraph("zero(t) = max(t·x) − max(t·x) is 0 for every t. Its first maximum passes the gradient to the first tied entry, its second to all in "
                + "equal parts. With equal entries, only rounding differs; with different ones, the maximum ties at t = 0 alone and the gradients differ over "
                + "the reals (R. Boustany, TMLR 2024).")
            .Table(PoolingTables.OracleColumns, PoolingTables.OracleRows(results))
            .Heading("Random networks")
            .Charts(zones)
            .Table(PoolingTables.ZoneColumns, PoolingTables.ZoneRows(results))
            .Paragraph("On every mini-batch of one pass over the images, without a step, the gradient with β is compared with that of the first tied entry, "
                + "bit for bit. Where bits differ, a replica of the network in double precision takes the values of every layer from the run, so that its "
                + "windows tie where those of the run do; its two gradients differ by less than 1e-10 where the reals agree. The published study takes a "
                + "norm of the difference above 1e-3 (16 bit), 1e-7 (32 bit) or 1e-15 (64 bit) for a difference over the reals; \"misjudged\" counts "
                + "where that is wrong.");
        if (results.Zones.Any(row => row.Outcome.SmallestBifurcation is not null || row.Outcome.LargestCompensation > 0))
        {
            report.Table(
                ["bits", "largest difference taken for rounding", "smallest taken for one over the reals"],
                results.Zones.Select(row => (string[])
                [
                    FormattableString.Invariant($"{row.Precision}"), FormattableString.Invariant($"{row.Outcome.LargestCompensation:0.0E+0}"),
                    row.Outcome.SmallestBifurcation is { } smallest ? FormattableString.Invariant($"{smallest:0.0E+0}") : "–",
                ]),
                "Differences in double precision, relative to the gradient");
        }

        if (training is not null)
        {
            report.Heading("Training").Charts(training).Table(PoolingTables.TrainingColumns, PoolingTables.TrainingRows(results))
                .Paragraph("Intervals are Student's at 95 % over runs with different seeds. A run counts as collapsed if it ends below twice the accuracy of "
                    + "guessing, and as diverged if its loss is no number; it then counts with the accuracy of guessing.");
        }

        return report.Run(results.Settings, results.Machine, results.Seconds, "time of all units");
    }

    private static BetaOutcome Unit(ZoneRow row) => row.Outcome.Betas.FirstOrDefault(beta => beta.Beta == 1) ?? row.Outcome.Betas[0];

    private static int Place(PoolingResults results, double beta) => results.Settings.TrainedBetas.ToList().IndexOf(beta);

    private static string Name(PoolingSettings settings) =>
        $"{settings.NetworkName.ToString().ToLowerInvariant()}{(settings.BatchNorm ? " with batch normalisation" : "")} on {settings.Data}";
}
