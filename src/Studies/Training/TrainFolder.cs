using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>The files that <c>train</c> writes besides its checkpoint.</summary>
internal static class TrainFolder
{
    public static IReadOnlyList<string> Columns { get; } = ["epoch", "train loss", "train accuracy", "test loss", "test accuracy", "exact zeros", "seconds"];

    public static IReadOnlyList<string> Cells(EpochResult epoch) =>
    [
        epoch.Epoch.ToString(CultureInfo.InvariantCulture),
        epoch.TrainLoss.ToString("0.0000", CultureInfo.InvariantCulture),
        epoch.TrainAccuracy.ToString("0.0000", CultureInfo.InvariantCulture),
        epoch.TestLoss.ToString("0.0000", CultureInfo.InvariantCulture),
        epoch.TestAccuracy.ToString("0.0000", CultureInfo.InvariantCulture),
        epoch.ExactZeros.ToString(CultureInfo.InvariantCulture),
        epoch.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
    ];

    public static void Write(string folder, TrainResults results)
    {
        (string Name, IReadOnlyList<Chart> Charts)[] pictures = results.Epochs.Count == 0 ? [] :
        [
            ("accuracy", [Curves(results, "accuracy", epoch => epoch.TrainAccuracy, epoch => epoch.TestAccuracy)]),
            ("loss", [Curves(results, "loss", epoch => epoch.TrainLoss, epoch => epoch.TestLoss)]),
            ("zeros", [Zeros(results)]),
        ];
        StudyFiles.Write(folder, results, [("epochs", Csv(results))], pictures, Report(results, pictures.SelectMany(picture => picture.Charts)));
    }

    private static Chart Curves(TrainResults results, string name, Func<EpochResult, double> train, Func<EpochResult, double> test) =>
        new($"{name.ToUpperInvariant()[0]}{name[1..]}: {Subject(results)} on {results.Settings.Data}", "epoch", name)
        {
            Series =
            [
                new ChartSeries("training", ChartMark.MarkedLine, [.. results.Epochs.Select(epoch => new ChartPoint(epoch.Epoch, train(epoch)))]),
                new ChartSeries("test", ChartMark.MarkedLine, [.. results.Epochs.Select(epoch => new ChartPoint(epoch.Epoch, test(epoch)))]) { Color = 1 },
            ],
        };

    private static Chart Zeros(TrainResults results) => new($"Relus at exactly 0: {Subject(results)}", "epoch", "exact zeros")
    {
        Series = [new ChartSeries("", ChartMark.Columns, [.. results.Epochs.Select(epoch => new ChartPoint(epoch.Epoch, epoch.ExactZeros))]) { Color = 2 }],
        XLimits = (0.4, results.Epochs.Count + 0.6),
    };

    private static string Subject(TrainResults results) => string.Create(CultureInfo.InvariantCulture,
        $"{results.Settings.Network.ToString().ToLowerInvariant()} with relu'(0) = {results.Settings.ReluAtZero}");

    private static string Csv(TrainResults results) =>
        "epoch,trainLoss,trainAccuracy,testLoss,testAccuracy,seconds,exactZeros\n" + string.Concat(results.Epochs.Select(epoch =>
        string.Create(CultureInfo.InvariantCulture,
            $"{epoch.Epoch},{epoch.TrainLoss},{epoch.TrainAccuracy},{epoch.TestLoss},{epoch.TestAccuracy},{epoch.Seconds},{epoch.ExactZeros}\n")));

    private static HtmlReport Report(TrainResults results, IEnumerable<Chart> charts)
    {
        HtmlReport report = new($"Training {Subject(results)}");
        report.NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        if (!results.Complete)
            report.Notice("The run was stopped; --resume continues it after its last finished epoch.");
        return report
            .Charts(charts)
            .Table(Columns, results.Epochs.Select(Cells))
            .Paragraph(
                "Training loss and accuracy are those of each mini-batch just before its step. Exact zeros count the relus of the training passes whose "
                    + "argument was exactly 0.")
            .Run(results.Settings, results.Machine, results.Epochs.Sum(epoch => epoch.Seconds));
    }
}
