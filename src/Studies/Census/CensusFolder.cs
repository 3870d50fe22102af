using System.Globalization;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Reports;
using ScottPlot;

namespace ConservativeAD.Studies.Census;

/// <summary>The files that <c>census</c> writes.</summary>
internal static class CensusFolder
{
    private const int Width = 1000, Height = 560;

    /// <summary>Headings of the table of nodes.</summary>
    public static string[] Columns { get; } = ["images", "node", "operator", "evaluations", "at a kink", "proportion", "low", "high", "nearest"];

    /// <summary>Headings of the table of gradients.</summary>
    public static string[] DifferenceColumns { get; } = ["images", "batches", "at kinks", "gradients differ", "of weights", "of input"];

    /// <summary>A row of the table of nodes.</summary>
    public static string[] Cells(CensusRow row) =>
    [
        row.Images, row.Node, row.Operator, Text(row.Evaluations), Text(row.Kinks), Text(row.Proportion), Text(row.Low), Text(row.High), Text(row.Nearest),
    ];

    /// <summary>A row of the table of gradients.</summary>
    public static string[] Cells(CensusDifference row) =>
        [row.Images, Text(row.Batches), Text(row.AtKinks), Text(row.Different), Text(row.OfParameters), Text(row.OfInput)];

    public static void Write(string folder, CensusResults results)
    {
        Plot plot = Draw(results);
        byte[] png = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        AtomicFile.WriteText(Path.Combine(folder, "results.json"), ResultsJson.Write(results) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "census.csv"), Csv(results));
        AtomicFile.WriteBytes(Path.Combine(folder, "census.png"), png);
        AtomicFile.WriteText(Path.Combine(folder, "census.svg"), plot.GetSvgXml(Width, Height));
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), Report(results, png));
    }

    private static string Csv(CensusResults results) => string.Concat(
        results.Rows.Select(row => string.Join(',', Cells(row).Select(Quoted)) + "\n").Prepend(string.Join(',', Columns) + "\n"));

    private static string Quoted(string cell) =>
        cell.IndexOfAny([',', '"', '\n', '\r']) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Plot Draw(CensusResults results)
    {
        Plot plot = new();
        string[] nodes = [.. results.Rows.Select(row => row.Node).Distinct()];
        foreach (IGrouping<string, CensusRow> kind in results.Rows.GroupBy(row => row.Images))
        {
            CensusRow[] hit = [.. kind.Where(row => row.Kinks > 0)];
            if (hit.Length == 0)
                continue;
            double[] places = [.. hit.Select(row => (double)Array.IndexOf(nodes, row.Node))], shares = [.. hit.Select(row => Math.Log10(row.Proportion))];
            ScottPlot.Plottables.Scatter points = plot.Add.ScatterPoints(places, shares);
            points.LegendText = kind.Key;
            points.MarkerSize = 8;
        }

        plot.Title("Operations exactly at a kink, node by node", size: 14);
        plot.XLabel("node with kinks, in the order of the model");
        plot.YLabel("proportion of evaluations");
        plot.Axes.SetLimits(-0.5, Math.Max(nodes.Length - 0.5, 0.5), -10, 0.3);
        LogarithmicAxis.Label(plot.Axes.Left);
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    private static string Report(CensusResults results, byte[] png)
    {
        HtmlReport report = new($"Where {Path.GetFileName(results.Settings.Model)} sits on kinks");
        if (results.Settings.DataIsStandIn)
            report.Notice(DataNotice.StandIn);
        if (!results.Complete)
            report.Notice("The study was stopped; the tables count the images seen so far.");
        return report
            .Image(png, "Proportion of evaluations at a kink, by node")
            .Table(Columns, results.Rows.Select(Cells))
            .Heading("Does the choice matter?")
            .Table(DifferenceColumns, results.Differences.Select(Cells))
            .Paragraph("""
                Evaluations are the elements that an operation computed; one is at a kink if its argument is exactly 0 (relu, abs), exactly at a bound, or
                if several elements of a window are its maximum. Intervals are Wilson's, at 95 %. "nearest" is the smallest size of an argument of a relu
                that is not 0. The gradients are those of the cross-entropy with PyTorch's choices, and with relu'(0) = 1, abs'(0) = 1 and the last of
                equal elements as maximum; they are compared bit for bit, and their distance is given relative to the norm of the first.
                """)
            .Paragraph("""
                "images" are those of the data, resized to the model's input, with numbers in [0, 1]; "black" is the image of zeros, and "constant" images
                have one shade of gray each. Constant images make the windows of a convolution equal, and with them the elements of pooling windows.
                """)
            .Heading("Settings").Preformatted(ResultsJson.Write(results.Settings))
            .Heading("Machine").Preformatted(ResultsJson.Write(results.Machine))
            .ToString();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double? number) => number?.ToString("0.###e0", CultureInfo.InvariantCulture) ?? "";
}
