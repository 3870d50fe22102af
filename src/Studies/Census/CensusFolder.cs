using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>The files that <c>census</c> writes.</summary>
internal static class CensusFolder
{
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
        Chart chart = Draw(results);
        StudyFiles.Write(folder, results, [("census", Csv(results))], [("census", [chart])], Report(results, chart));
    }

    private static string Csv(CensusResults results) => string.Concat(
        results.Rows.Select(row => string.Join(',', Cells(row).Select(Quoted)) + "\n").Prepend(string.Join(',', Columns) + "\n"));

    private static string Quoted(string cell) =>
        cell.IndexOfAny([',', '"', '\n', '\r']) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Chart Draw(CensusResults results)
    {
        string[] nodes = [.. results.Rows.Select(row => row.Node).Distinct()];
        return new Chart("Operations exactly at a kink, node by node", "node, in the order of the model", "proportion of evaluations")
        {
            Categories = nodes,
            IsLogarithmicY = true,
            Series =
            [
                .. results.Rows.GroupBy(row => row.Images).Select((kind, color) => new ChartSeries(kind.Key, ChartMark.Points,
                    [.. kind.Where(row => row.Kinks > 0).Select(row => new ChartPoint(Array.IndexOf(nodes, row.Node), row.Proportion, row.Low, row.High))])
                { Color = color }),
            ],
        };
    }

    private static HtmlReport Report(CensusResults results, Chart chart)
    {
        HtmlReport report = new($"Where {Path.GetFileName(results.Settings.Model)} sits on kinks");
        report.NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        if (!results.Complete)
            report.Notice("The study was stopped; the tables count the images seen so far.");
        return report
            .Charts(chart)
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
            .Run(results.Settings, results.Machine);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double? number) => number?.ToString("0.###e0", CultureInfo.InvariantCulture) ?? "";
}
