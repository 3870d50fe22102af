using System.Globalization;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Reports;
using ScottPlot;
using ScottPlot.Plottables;

namespace ConservativeAD.Studies.Training;

/// <summary>The files that <c>train</c> writes besides its checkpoint.</summary>
internal static class TrainFolder
{
    private const int Width = 800;
    private const int Height = 500;

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
        AtomicFile.WriteText(Path.Combine(folder, "results.json"), ResultsJson.Write(results) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "epochs.csv"), Csv(results));
        if (results.Epochs.Count == 0)
            return;
        Plot loss = Curves(results, "loss", epoch => epoch.TrainLoss, epoch => epoch.TestLoss);
        Plot accuracy = Curves(results, "accuracy", epoch => epoch.TrainAccuracy, epoch => epoch.TestAccuracy);
        byte[] lossPng = loss.GetImageBytes(Width, Height, ImageFormat.Png), accuracyPng = accuracy.GetImageBytes(Width, Height, ImageFormat.Png);
        AtomicFile.WriteBytes(Path.Combine(folder, "loss.png"), lossPng);
        AtomicFile.WriteBytes(Path.Combine(folder, "accuracy.png"), accuracyPng);
        AtomicFile.WriteText(Path.Combine(folder, "loss.svg"), loss.GetSvgXml(Width, Height));
        AtomicFile.WriteText(Path.Combine(folder, "accuracy.svg"), accuracy.GetSvgXml(Width, Height));
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), Report(results, lossPng, accuracyPng));
    }

    private static Plot Curves(TrainResults results, string name, Func<EpochResult, double> train, Func<EpochResult, double> test)
    {
        Plot plot = new();
        double[] epochs = [.. results.Epochs.Select(epoch => (double)epoch.Epoch)];
        foreach ((string label, Func<EpochResult, double> value) in (ReadOnlySpan<(string, Func<EpochResult, double>)>)[("training", train), ("test", test)])
        {
            double[] values = [.. results.Epochs.Select(value)];
            Scatter line = plot.Add.Scatter(epochs, values);
            line.LegendText = label;
        }

        plot.Title($"{results.Settings.Network.ToString().ToLowerInvariant()} on {results.Settings.Data}, relu'(0) = "
            + $"{results.Settings.ReluAtZero.ToString(CultureInfo.InvariantCulture)}", size: 14);
        plot.XLabel("epoch");
        plot.YLabel(name);
        plot.ShowLegend();
        return plot;
    }

    private static string Csv(TrainResults results) =>
        "epoch,trainLoss,trainAccuracy,testLoss,testAccuracy,seconds,exactZeros\n" + string.Concat(results.Epochs.Select(epoch =>
        string.Create(CultureInfo.InvariantCulture,
            $"{epoch.Epoch},{epoch.TrainLoss},{epoch.TrainAccuracy},{epoch.TestLoss},{epoch.TestAccuracy},{epoch.Seconds},{epoch.ExactZeros}\n")));

    private static string Report(TrainResults results, byte[] loss, byte[] accuracy)
    {
        HtmlReport report =
            new($"Training {results.Settings.Network.ToString().ToLowerInvariant()} with relu'(0) = "
            + $"{results.Settings.ReluAtZero.ToString(CultureInfo.InvariantCulture)}");
        if (results.Settings.DataIsStandIn)
            report.Notice(DataNotice.StandIn);
        if (!results.Complete)
            report.Notice("The run was stopped; --resume continues it after its last finished epoch.");
        return report
            .Table(Columns, results.Epochs.Select(Cells))
            .Image(accuracy, "Accuracy by epoch")
            .Image(loss, "Loss by epoch")
            .Paragraph(
                "Training loss and accuracy are those of each mini-batch just before its step. Exact zeros count the relus of the training passes whose "
                    + "argument was exactly 0.")
            .Heading("Settings")
            .Preformatted(ResultsJson.Write(results.Settings))
            .Heading("Machine")
            .Preformatted(ResultsJson.Write(results.Machine))
            .ToString();
    }
}
