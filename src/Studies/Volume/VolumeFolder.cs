using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>The files that <c>volume</c> writes.</summary>
internal static class VolumeFolder
{
    public static void Write(string folder, VolumeResults results)
    {
        Chart chart = VolumeChart.Of(results);
        StudyFiles.Write(folder, results, [("volume", VolumeTable.Csv(results))], [("volume", [chart])], Report(results, chart));
    }

    private static HtmlReport Report(VolumeResults results, Chart chart)
    {
        HtmlReport report = new("How often the choice of relu'(0) changes what backpropagation returns");
        report.NoticeOfData(results.Settings.Data, results.Settings.DataIsStandIn);
        report.NoticeOfUnits(results, "The study was stopped: the rows marked incomplete count the networks finished so far.");
        report
            .Charts(chart)
            .Table(VolumeTable.Columns, results.Rows.Select(VolumeTable.Cells))
            .Heading("What is measured")
            .Paragraph("""
                A network lies in the bifurcation zone if, on some mini-batch of one pass over the training images, backpropagation with relu'(0) = 0 and
                with relu'(0) = 1 give gradients that are not equal bit for bit (Bertoin, Bolte, Gerchinovitz, Pauwels: Numerical influence of ReLU'(0) on
                backpropagation, NeurIPS 2021). The networks are perceptrons with equal hidden layers at their default initialisation, weights and biases
                uniform in ±1/√fan_in; pixels lie in [0, 1]; the loss is the mean cross-entropy; no step is taken. "first layer" counts the networks for
                which the gradient of the first layer's weights differs, which is what the published code compares.
                """)
            .Heading("How")
            .Paragraph("""
                The gradients can differ only where the argument of some relu is exactly 0. One forward pass counts those zeros; a mini-batch that has one
                gets its two reverse passes, and they settle it. 16 bit means numbers stored in 16 bits and sums taken in 32. Intervals are Wilson's, at 95
                %. λ is that of the law P = 1 − exp(−λN), with N the number of relu evaluations of one pass over the images; where no network or every
                network is a hit, a bound is given instead.
                """);
        if (results.Law.Any(law => law.Lambda is not null))
        {
            report.Heading("The law, fitted to all rows of a precision").Table(
                ["bits", "λ", "95 % interval"],
                results.Law.Where(law => law.Lambda is not null).Select(law => (string[])
                    [
                        law.Precision.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{law.Lambda:0.0e0}"),
                        string.Create(CultureInfo.InvariantCulture, $"{law.LambdaLow:0.0e0} … {law.LambdaHigh:0.0e0}"),
                    ]));
        }

        return report.Run(results.Settings, results.Machine, results.Rows.Sum(row => row.Seconds), "time of all threads");
    }
}
