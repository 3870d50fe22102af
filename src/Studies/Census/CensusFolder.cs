using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>The files that <c>census</c> writes.</summary>
internal static class CensusFolder
{
    public static void Write(string folder, CensusResults results)
    {
        Chart chart = Draw(results);
        StudyFiles.Write(
            folder,
            results,
            [
                ("census", StudyFiles.Csv(CensusTables.Columns, CensusTables.Rows(results))),
                ("choices", StudyFiles.Csv(CensusTables.DifferenceColumns, CensusTables.DifferenceRows(results))),
                ("clarke", StudyFiles.Csv(CensusTables.ClarkeColumns, CensusTables.ClarkeRows(results))),
                ("refusals", StudyFiles.Csv(CensusTables.RefusalColumns, CensusTables.RefusalRows(results))),
            ],
            [("census", [chart])],
            Report(results, chart));
    }

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
        report.NoticeOfUnits(results, "The study was stopped; the tables count the batches finished so far.");
        if (results.Settings.Kept is { Count: > 0 } kept)
            report.Notice($"Weights whose use does not say how they are drawn were kept as they are in the file: {string.Join(", ", kept)}.");
        report
            .Charts(chart)
            .Table(CensusTables.Columns, CensusTables.Rows(results))
            .Heading("Does the choice matter?")
            .Table(CensusTables.DifferenceColumns, CensusTables.DifferenceRows(results));
        if (results.Clarke.Count > 0)
            report.Heading("How far is backpropagation from Clarke's subdifferential?").Table(CensusTables.ClarkeColumns, CensusTables.ClarkeRows(results));
        if (results.Refusals.Count > 0)
            report.Subheading("Why gradients are not certified").Table(CensusTables.RefusalColumns, CensusTables.RefusalRows(results));
        return report
            .Heading("What is measured")
            .Paragraph("""
                Evaluations are the elements of operations that have kinks somewhere, as the engine's facts of each operation say; one is at a kink if its
                argument is exactly 0 (relu, abs), exactly at a bound, or if several elements of a window are its maximum. Intervals are Wilson's, at 95 %.
                "nearest" is the smallest size of an argument of a relu that is not 0.
                """)
            .Paragraph("""
                The gradients are those of the mean cross-entropy, or of half the mean square of the output. On each batch at a kink, those with PyTorch's
                choices are compared bit for bit with those where the choice at one kind of kink is another: relu'(0) = 1, the other slope of a leaky relu,
                abs'(0) = 1, the second of two equal numbers, the last of equal elements of a window, an axis or an order, the outer or inner slope at bounds,
                length 1 at the origin of a norm; and with those where all are. "of weights" and "of input" are the largest distances, relative to the length
                of the first gradient.
                """)
            .Paragraph("""
                On the first batches, backpropagation is also compared with elements of Clarke's subdifferential of the loss in weights and input together:
                limits of gradients along random directions, by locking every kink to the piece that the direction leads to. "certified" counts the batches
                on which the engine proves that they are some; the reasons of the others are given. The distances are those from the convex hull of the
                elements, relative to the length of its nearest point; as Clarke's set is convex and holds the hull, they are bounds of the distance from the
                set. "apart" is the largest distance of two elements: how large the set is at least.
                """)
            .Paragraph("""
                "images" are those of the data, resized to the model's input, with numbers in [0, 1]; "black" is the image of zeros, and "constant" images
                have one shade of gray each. Constant images make the windows of a convolution equal, and with them the elements of pooling windows.
                """)
            .Run(results.Settings with { Layers = [], Kept = [] }, results.Machine);
    }
}
