using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The files that <c>volume</c> writes for any network and kink.</summary>
internal static class KinkVolumeFolder
{
    private const string Procedure =
        "Gradients can differ only where an operation is at a kink, so only mini-batches with a kink get two reverse passes. 16 bit means numbers stored in "
            + "16 bits and sums taken in 32. Intervals are Wilson's, at 95 %.";

    private const string OfOwnNetworks =
        "Networks are drawn at their default initialisation, weights and biases uniform in ±1/√fan_in, and see mini-batches of the images in an order of "
            + "their own; no step is taken. A network is hit at the first mini-batch on which the two choices give gradients of the mean cross-entropy that "
            + "are not equal bit for bit (Bertoin, Bolte, Gerchinovitz, Pauwels, NeurIPS 2021, for relu). " + Procedure;

    public static void Write(string folder, KinkVolumeResults results)
    {
        Chart volume = Volume(results), layers = Layers(results);
        StudyFiles.Write(
            folder,
            results,
            [
                ("volume", StudyFiles.Csv(KinkVolumeTables.Columns(results.Settings), KinkVolumeTables.Rows(results))),
                ("layers", StudyFiles.Csv(KinkVolumeTables.LayerColumns(results.Settings), KinkVolumeTables.LayerRows(results))),
                ("differences", StudyFiles.Csv(KinkVolumeTables.DifferenceColumns(results.Settings), KinkVolumeTables.DifferenceRows(results))),
            ],
            [("volume", [volume]), ("layers", [layers])],
            Report(results, volume, layers));
    }

    private static Chart Volume(KinkVolumeResults results) => results.Settings.IsByBatch ? ByPrecision(results) : AfterBatches(results);

    private static Chart ByPrecision(KinkVolumeResults results) => new($"Mini-batches on which {results.Choices} changes a gradient", "precision",
        "share of mini-batches")
    {
        YLimits = (0, 1.05),
        Categories = [.. results.Rows.Select(row => $"{row.Precision} bit")],
        Series =
        [
            new ChartSeries("", ChartMark.Points,
                [.. results.Rows.Select((row, i) => (Row: row, Place: i)).Where(entry => entry.Row.Proportion is not null)
                    .Select(entry => new ChartPoint(entry.Place, entry.Row.Proportion!.Value, entry.Row.Low, entry.Row.High))]),
        ],
    };

    private static Chart AfterBatches(KinkVolumeResults results) => new($"Networks for which {results.Choices} changes a gradient", "mini-batches",
        "share of networks")
    {
        YLimits = (0, 1.05),
        Series =
        [
            .. results.Settings.Precisions.Select((precision, color) => new ChartSeries($"{precision} bit", ChartMark.MarkedLine,
                [.. results.Rows.Where(row => row.Precision == precision && row.Proportion is not null)
                    .Select(row => new ChartPoint(row.After, row.Proportion!.Value, row.Low, row.High))])
            { Color = color }),
            .. new[] { new ChartSeries("32 bit, published (CIFAR-10)", ChartMark.Points,
                [.. results.Rows.Where(row => row.Published is not null).Select(row => new ChartPoint(row.After, row.Published!.Value))])
                { Color = results.Settings.Precisions.Length, IsOpen = true } }.Where(series => series.Points.Count > 0),
        ],
    };

    private static Chart Layers(KinkVolumeResults results) => new("Kinks by layer", results.Settings.Model is null ? "layer" : "node", "kinks per evaluation")
    {
        IsLogarithmicY = true,
        Categories = results.Settings.Model is null ? null : NodesOf(results),
        Series =
        [
            .. results.Settings.Precisions.Select((precision, color) => new ChartSeries($"{precision} bit", ChartMark.Points,
                [.. results.Layers.Where(row => row.Precision == precision)
                    .Select(row => new ChartPoint(row.Node is { } node ? NodesOf(results).IndexOf(node) : row.Layer, row.Rate, row.Low, row.High))])
            { Color = color }),
        ],
    };

    private static List<string> NodesOf(KinkVolumeResults results) => [.. results.Layers.Select(row => row.Node!).Distinct()];

    private static HtmlReport Report(KinkVolumeResults results, Chart volume, Chart layers)
    {
        HtmlReport report = new HtmlReport("How often the choice at a kink changes what backpropagation returns")
            .Lead($"{results.Choices}: {KinkVolumeTables.Describe(results.Settings)}.")
            .NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        report.NoticeOfUnits(results, $"The study was stopped: what follows counts the {results.Settings.UnitName} finished so far.");
        report
            .Charts(volume, layers)
            .Table(KinkVolumeTables.Columns(results.Settings), KinkVolumeTables.Rows(results))
            .Heading("Kinks by layer")
            .Table(KinkVolumeTables.LayerColumns(results.Settings), KinkVolumeTables.LayerRows(results));
        if (results.Differences.Count > 0)
        {
            report.Heading(results.Settings.IsByBatch ? "How far apart gradients are where they differ" : "How far apart gradients are where they first differ")
                .Table(KinkVolumeTables.DifferenceColumns(results.Settings), KinkVolumeTables.DifferenceRows(results));
        }

        if (results.Kept is { } kept)
            report.Notice($"Weights whose use does not say how they are drawn were kept as they are in the file: {string.Join(", ", kept)}.");
        return report
            .Heading("What is measured")
            .Paragraph(results.Settings.Model is { } model ? OfModel(model) : OfOwnNetworks)
            .Run(results.Settings with { Model = results.Settings.Model is { } studied ? studied with { Layers = [], Kept = [] } : null }, results.Machine);
    }

    private static string OfModel(VolumeModel model)
    {
        string drawn = "Every network is the model with weights drawn anew as its layers are initialised: weights and biases uniform in ±1/√fan_in, "
            + "normalisations the identity. It sees mini-batches of the images in an order of its own; no step is taken. A network is hit at the first "
            + "mini-batch on which the two choices give gradients";
        string own = "The model has the weights of its file, and sees mini-batches of the images in one random order; no step is taken. A mini-batch is hit "
            + "if the two choices give gradients";
        string loss = model.Loss == LossName.Squares ? "half the mean square of the output" : "the mean cross-entropy";
        return $"{(model.IsDrawn ? drawn : own)} of {loss} with respect to the weights that are not equal bit for bit. Images are resized to the model's "
            + $"input, with numbers in [0, 1]. {Procedure}";
    }
}
