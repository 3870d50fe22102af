using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The files that <c>volume</c> writes for any network and kink.</summary>
internal static class KinkVolumeFolder
{
    public static void Write(string folder, KinkVolumeResults results)
    {
        Chart volume = Volume(results), layers = Layers(results);
        StudyFiles.Write(
            folder,
            results,
            [
                ("volume", StudyFiles.Csv(KinkVolumeTables.Columns, KinkVolumeTables.Rows(results))),
                ("layers", StudyFiles.Csv(KinkVolumeTables.LayerColumns, KinkVolumeTables.LayerRows(results))),
                ("differences", StudyFiles.Csv(KinkVolumeTables.DifferenceColumns, KinkVolumeTables.DifferenceRows(results))),
            ],
            [("volume", [volume]), ("layers", [layers])],
            Report(results, volume, layers));
    }

    private static Chart Volume(KinkVolumeResults results) => new($"Networks for which {results.Choices} changes a gradient", "mini-batches",
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

    private static Chart Layers(KinkVolumeResults results) => new("Kinks by layer", "layer", "kinks per evaluation")
    {
        IsLogarithmicY = true,
        Series =
        [
            .. results.Settings.Precisions.Select((precision, color) => new ChartSeries($"{precision} bit", ChartMark.Points,
                [.. results.Layers.Where(row => row.Precision == precision).Select(row => new ChartPoint(row.Layer, row.Rate, row.Low, row.High))])
            { Color = color }),
        ],
    };

    private static HtmlReport Report(KinkVolumeResults results, Chart volume, Chart layers)
    {
        HtmlReport report = new HtmlReport("How often the choice at a kink changes what backpropagation returns")
            .Lead($"{results.Choices}: {KinkVolumeTables.Describe(results.Settings)}.")
            .NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        if (!results.Complete)
            report.Notice("The study was stopped: what follows counts the networks finished so far.");
        report
            .Charts(volume, layers)
            .Table(KinkVolumeTables.Columns, KinkVolumeTables.Rows(results))
            .Heading("Kinks by layer")
            .Table(KinkVolumeTables.LayerColumns, KinkVolumeTables.LayerRows(results));
        if (results.Differences.Count > 0)
            report.Heading("How far apart gradients are where they first differ").Table(KinkVolumeTables.DifferenceColumns,
                KinkVolumeTables.DifferenceRows(results));
        return report
            .Heading("What is measured")
            .Paragraph("Networks are drawn at their default initialisation, weights and biases uniform in ±1/√fan_in, and see mini-batches of the images in an "
                + "order of their own; no step is taken. A network is hit at the first mini-batch on which the two choices give gradients of the mean "
                + "cross-entropy that are not equal bit for bit (Bertoin, Bolte, Gerchinovitz, Pauwels, NeurIPS 2021, for relu). Gradients can differ only "
                + "where an operation is at a kink, so only mini-batches with a kink get two reverse passes. 16 bit means numbers stored in 16 bits and sums "
                + "taken in 32. Intervals are Wilson's, at 95 %.")
            .Run(results.Settings, results.Machine);
    }
}
