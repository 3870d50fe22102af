using System.Globalization;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// The proportion of networks in the bifurcation zone against the varying quantity (depth, width or mini-batch), with one colour per precision.
/// </summary>
internal static class VolumeChart
{
    private const int PointsOfLaw = 60;

    public static Chart Of(VolumeResults results)
    {
        VolumeSettings settings = results.Settings;
        Axis axis = AxisOf(settings);
        List<ChartSeries> series = [.. settings.Precisions.SelectMany(precision => Precision(results, precision, axis))];
        if (axis.IsDepth && settings.Data == Mnist.Name && settings.Widths is [PublishedTable.Width] && settings.Batches is [PublishedTable.Batch])
            series.AddRange(settings.Precisions.Select(precision => Published(settings, precision)).Where(points => points.Points.Count > 0));
        double least = axis.Values.Min(), most = axis.Values.Max();
        return new Chart(
            string.Create(CultureInfo.InvariantCulture, $"Networks for which relu'(0) = 0 and 1 give different gradients: {settings.Data}, {settings.Samples} "
                + $"images, {settings.Networks} networks a point, 95 % intervals"),
            axis.IsLogarithmic ? $"{axis.Name} (logarithmic)" : axis.Name, "proportion of networks")
        {
            Series = series,
            IsLogarithmicX = axis.IsLogarithmic,
            XTicks = [.. axis.Values.Select(value => (double)value).Order()],
            XLimits = axis.IsLogarithmic ? (least / 1.25, most * 1.25) : (least - 0.5, most + 0.5),
            YLimits = (-0.03, 1.05),
        };
    }

    private static IEnumerable<ChartSeries> Precision(VolumeResults results, int precision, Axis axis)
    {
        VolumeRow[] rows = [.. results.Rows.Where(row => row.Precision == precision && row.Networks > 0)];
        if (rows.Length == 0)
            yield break;
        int color = ChartPalette.OfPrecision(precision);
        LawOfPrecision? law = results.Law.FirstOrDefault(law => law.Precision == precision);
        // The axis determines the number of evaluations only if nothing else varies.
        if (law?.Lambda is double lambda && rows.GroupBy(axis.Value).All(group => group.Count() == 1) && axis.Values.Length > 1)
        {
            double from = axis.Values.Min(), to = axis.Values.Max();
            double Along(int i) => axis.IsLogarithmic
                ? from * Math.Pow(to / from, i / (PointsOfLaw - 1.0))
                : from + ((to - from) * i / (PointsOfLaw - 1.0));
            yield return new ChartSeries(string.Create(CultureInfo.InvariantCulture, $"1 − exp(−{lambda:0.0e0}·N)"), ChartMark.Line,
                [.. Enumerable.Range(0, PointsOfLaw).Select(Along)
                    .Select(x => new ChartPoint(x, 1 - Math.Exp(-lambda * axis.Evaluations(results.Settings, x))))])
            { Color = color, IsThin = true };
        }

        yield return new ChartSeries($"{precision} bit", ChartMark.Points,
            [.. rows.Select(row => new ChartPoint(axis.Value(row), row.Proportion!.Value, row.Low, row.High))])
        { Color = color };
    }

    private static ChartSeries Published(VolumeSettings settings, int precision) => new($"{precision} bit, published", ChartMark.Points,
        [.. PublishedTable.Counts.Where(count => count.Precision == precision && settings.Depths.Contains(count.Depth))
            .Select(count => new ChartPoint(count.Depth, count.Hits / PublishedTable.Networks))])
    {
        Color = ChartPalette.OfPrecision(precision),
        IsOpen = true,
    };

    private static Axis AxisOf(VolumeSettings settings)
    {
        int[] depths = settings.Depths, widths = settings.Widths, batches = settings.Batches;
        if (depths.Length > 1 || (widths.Length == 1 && batches.Length == 1))
            return new Axis("hidden layers", depths, row => row.Depth, false, (s, depth) => depth * s.Widths[0] * s.Samples, true);
        return widths.Length > 1
            ? new Axis("width of the hidden layers", widths, row => row.Width, true, (s, width) => s.Depths[0] * width * s.Samples, false)
            : new Axis("images in a mini-batch", batches, row => row.Batch, true, (s, _) => (double)s.Depths[0] * s.Widths[0] * s.Samples, false);
    }

    private sealed record Axis(string Name, int[] Values, Func<VolumeRow, int> Value, bool IsLogarithmic, Func<VolumeSettings, double, double> Evaluations,
        bool IsDepth);
}
