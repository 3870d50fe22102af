using System.Globalization;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>The files that <c>relu-training</c> writes.</summary>
internal static class ReluTrainingFolder
{
    public static void Write(string folder, ReluTrainingResults results)
    {
        StudiedNetwork[] networks = [.. results.Settings.Networks.Where(network => results.Rows.Any(row => row.Network == network))];
        Chart[] accuracy = [.. networks.Select(network => Accuracy(results, network))], zeros = [.. networks.Select(network => Zeros(results, network))],
            apart = [.. networks.Select(network => Apart(results, network))];
        List<(string, string)> tables =
        [
            ("runs", StudyFiles.Csv(ReluTrainingTables.RunColumns, ReluTrainingTables.RunRows(results))),
            ("rules", StudyFiles.Csv(ReluTrainingTables.RuleColumns, ReluTrainingTables.RuleRows(results))),
            ("zeros", StudyFiles.Csv(ReluTrainingTables.ZeroColumns, ReluTrainingTables.ZeroRows(results))),
        ];
        StudyFiles.Write(folder, results, tables, networks.Length == 0 ? [] : [("accuracy", accuracy), ("zeros", zeros), ("distance", apart)],
            Report(results, accuracy, zeros, apart));
    }

    private static IEnumerable<(int Precision, ReluRule Rule, int Color)> Kinds(ReluTrainingResults results) =>
        (from precision in results.Settings.Precisions from rule in results.Settings.Rules select (precision, rule))
            .Select((kind, color) => (kind.precision, kind.rule, color));

    private static string Label(int precision, ReluRule rule) => $"{precision} bit, {(rule == ReluRule.Chain ? "multiplied by s" : "s assigned")}";

    private static Chart Accuracy(ReluTrainingResults results, StudiedNetwork network) => new(
        $"Accuracy after {results.Settings.Epochs} epochs: {network.Word} on {results.Settings.Data}", "s, the slope of relu at 0",
        "accuracy on test images")
    {
        Categories = [.. results.Settings.Slopes.Select(slope => slope.ToString(CultureInfo.InvariantCulture))],
        Series =
        [
            .. Kinds(results).Select(kind => new ChartSeries(Label(kind.Precision, kind.Rule), ChartMark.MarkedLine,
            [
                .. results.Rows.Where(row => row.Network == network && row.Precision == kind.Precision && row.Rule == kind.Rule)
                    .Select(row => new ChartPoint(Array.IndexOf(results.Settings.Slopes, row.Slope), row.Accuracy, row.Low, row.High)),
            ])
            { Color = kind.Color, IsOpen = kind.Rule == ReluRule.Published }),
        ],
    };

    private static Chart Zeros(ReluTrainingResults results, StudiedNetwork network) => new($"Relus at exactly 0: {network.Word}", "epoch",
        "zeros per evaluation")
    {
        IsLogarithmicY = true,
        XTicks = [.. Enumerable.Range(1, results.Settings.Epochs).Select(epoch => (double)epoch)],
        Series =
        [
            .. Kinds(results).Select(kind => new ChartSeries(Label(kind.Precision, kind.Rule), ChartMark.MarkedLine,
            [
                .. results.Zeros.Where(row => row.Network == network && row.Precision == kind.Precision && row.Rule == kind.Rule).GroupBy(row => row.Epoch)
                    .Select(epoch => (epoch.Key, Share: Proportion.Wilson(epoch.Sum(row => row.Zeros), epoch.Sum(row => row.Evaluations))))
                    .Select(epoch => new ChartPoint(epoch.Key, epoch.Share.Value, epoch.Share.Low, epoch.Share.High)),
            ])
            { Color = kind.Color, IsOpen = kind.Rule == ReluRule.Published }),
        ],
    };

    // The mean over seeds and over the slopes other than the first.
    private static Chart Apart(ReluTrainingResults results, StudiedNetwork network) => new(
        $"Distance from the run with s = {results.Settings.Slopes[0].ToString(CultureInfo.InvariantCulture)}: {network.Word}", "epoch",
        "relative distance of parameters")
    {
        XTicks = [.. Enumerable.Range(1, results.Settings.Epochs).Select(epoch => (double)epoch)],
        Series =
        [
            .. Kinds(results).Select(kind => new ChartSeries(Label(kind.Precision, kind.Rule), ChartMark.MarkedLine,
            [
                .. from epoch in Enumerable.Range(0, results.Settings.Epochs)
                   let seen = results.Units.Where(unit => unit.Network == network && unit.Precision == kind.Precision).SelectMany(unit => unit.Runs)
                       .Where(run => run.Rule == kind.Rule && run.Slope != results.Settings.Slopes[0] && run.Epochs.Count > epoch)
                       .Select(run => run.Epochs[epoch].Relative).OfType<double>().ToArray()
                   where seen.Length > 0
                   select new ChartPoint(epoch + 1, seen.Average()),
            ])
            { Color = kind.Color, IsOpen = kind.Rule == ReluRule.Published }),
        ],
    };

    private static HtmlReport Report(ReluTrainingResults results, Chart[] accuracy, Chart[] zeros, Chart[] apart)
    {
        HtmlReport report = new HtmlReport("What the choice of relu'(0) does to training")
            .Lead("Networks are trained from the same start, on the same mini-batches, with several slopes s of relu at 0: by the chain rule, which multiplies "
                + "the incoming gradient by s, and by the rule of the published code, which puts s in its place.")
            .NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        report.NoticeOfUnits(results, "The study was stopped: what follows counts the units finished so far.");
        report.Heading("Accuracy").Charts(accuracy).Table(ReluTrainingTables.RuleColumns, ReluTrainingTables.RuleRows(results))
            .Heading("Relus at 0, and distances").Charts(zeros).Charts(apart).Table(ReluTrainingTables.RunColumns, ReluTrainingTables.RunRows(results))
            .Paragraph("Intervals of accuracies are Student's at 95 % over seeds, those of zeros Wilson's. Runs of one seed are compared with the one of the "
                + "first slope and the same rule: how many ever differ, the median of the first steps whose gradients have other bits, and the distance of all "
                + "parameters at the end. Where a relu is at 0, the gradient is compared with the one locked along a direction, an element of Clarke's "
                + "subdifferential where it is certified; the median of relative distances stands under \"from Clarke\". Where learning rates differ, "
                + "gradients do from the second step on, and no differing runs are counted. A run whose loss is no number counts as diverged, with the "
                + "accuracy of guessing.")
            .Heading("By layer and epoch").Table(ReluTrainingTables.ZeroColumns, ReluTrainingTables.ZeroRows(results))
            .Heading("Published").Paragraph("Bertoin, Bolte, Gerchinovitz, Pauwels, NeurIPS 2021, whose code assigns s. Other settings than here: 100 "
                + "epochs of 784-256-256-256-10 on MNIST for the zeros, 200 epochs of ResNet18 on CIFAR-10 for the accuracies, rates tuned for each s on "
                + "MNIST.")
            .Table(["bits", "zeros", "relus"],
                PublishedReluTraining.Zeros.Select(row => (string[])[Text(row.Precision), Text(row.Zeros), Text(row.Evaluations)]))
            .Table(["s", "accuracy of ResNet18"], PublishedReluTraining.ResNet18.Select(row => (string[])[Text(row.Slope), Text(row.Accuracy)]))
            .Table(["s", "learning rate"], PublishedReluTraining.Rates.Select(row => (string[])[Text(row.Slope), Text(row.Rate)]));
        return report.Run(results.Settings, results.Machine, results.Seconds, "time of all units");
    }

    private static string Text(double number) => number.ToString("G4", CultureInfo.InvariantCulture);
}
