using System.Globalization;
using ConservativeAD.Studies.Reports;
using ScottPlot;
using ScottPlot.Plottables;

namespace ConservativeAD.Studies.Volume;

/// <summary>Plots the proportion of networks in the bifurcation zone against the varying quantity (depth, width or mini-batch), with one colour per
/// precision.</summary>
internal static class VolumePlot
{
    public const int Width = 900;
    public const int Height = 560;

    private const int PointsOfLaw = 100;
    private const float WidthOfBars = 2;

    // Okabe and Ito's palette, which colour-blind readers can distinguish.
    private static readonly Dictionary<int, Color> Colors = new()
    {
        [16] = Color.FromHex("#D55E00"),
        [32] = Color.FromHex("#0072B2"),
        [64] = Color.FromHex("#009E73"),
    };

    public static Plot Draw(VolumeResults results)
    {
        VolumeSettings settings = results.Settings;
        Axis axis = AxisOf(settings);
        Plot plot = new();
        foreach (int precision in settings.Precisions)
            AddPrecision(plot, results, precision, axis);
        if (axis.IsDepth && !settings.DataIsStandIn && settings.Widths is [PublishedTable.Width] && settings.Batches is [PublishedTable.Batch])
            AddPublished(plot, settings);

        plot.Title($"Networks for which relu'(0) = 0 and 1 give different gradients\n{Caption(settings)}", size: 14);
        plot.XLabel(axis.IsLogarithmic ? $"{axis.Name} (logarithmic)" : axis.Name);
        plot.YLabel("proportion of networks");
        plot.Axes.SetLimitsY(-0.03, 1.05);
        double[] ticks = [.. axis.Values.Select(value => (double)value)];
        plot.Axes.Bottom.SetTicks([.. ticks.Select(axis.Place)], [.. ticks.Select(tick => tick.ToString(CultureInfo.InvariantCulture))]);
        double margin = axis.IsLogarithmic ? 0.3 : 0.5;
        plot.Axes.SetLimitsX(axis.Place(ticks.Min()) - margin, axis.Place(ticks.Max()) + margin);
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    private static void AddPrecision(Plot plot, VolumeResults results, int precision, Axis axis)
    {
        VolumeSettings settings = results.Settings;
        VolumeRow[] rows = [.. results.Rows.Where(row => row.Precision == precision && row.Networks > 0)];
        if (rows.Length == 0)
            return;
        Color color = Colors[precision];
        foreach (VolumeRow row in rows)
        {
            double place = axis.Place(axis.Value(row));
            double[] places = [place, place], ends = [row.Low!.Value, row.High!.Value];
            Scatter bar = plot.Add.ScatterLine(places, ends, color);
            bar.LineWidth = WidthOfBars;
        }

        double[] x = [.. rows.Select(row => axis.Place(axis.Value(row)))], y = [.. rows.Select(row => row.Proportion!.Value)];
        Scatter points = plot.Add.ScatterPoints(x, y, color);
        points.MarkerSize = 8;
        points.LegendText = $"{precision} bit";

        LawOfPrecision? law = results.Law.FirstOrDefault(law => law.Precision == precision);
        // The axis determines the number of evaluations only if nothing else varies.
        if (law?.Lambda is not double lambda || rows.GroupBy(axis.Value).Any(group => group.Count() > 1))
            return;
        double from = axis.Place(axis.Values.Min()), to = axis.Place(axis.Values.Max());
        double[] along = [.. Enumerable.Range(0, PointsOfLaw).Select(i => from + ((to - from) * i / (PointsOfLaw - 1)))];
        double[] predicted = [.. along.Select(place => 1 - Math.Exp(-lambda * axis.Evaluations(settings, place)))];
        Scatter line = plot.Add.ScatterLine(along, predicted, color);
        line.LegendText = string.Create(CultureInfo.InvariantCulture, $"1 − exp(−{lambda:0.0e0}·N)");
    }

    private static void AddPublished(Plot plot, VolumeSettings settings)
    {
        foreach (int precision in settings.Precisions)
        {
            (int Precision, int Depth, int Hits)[] published =
                [.. PublishedTable.Counts.Where(count => count.Precision == precision && settings.Depths.Contains(count.Depth))];
            if (published.Length == 0)
                continue;
            double[] depths = [.. published.Select(count => (double)count.Depth)],
                proportions = [.. published.Select(count => count.Hits / PublishedTable.Networks)];
            Scatter points = plot.Add.ScatterPoints(depths, proportions, Colors[precision]);
            points.MarkerShape = MarkerShape.OpenCircle;
            points.MarkerSize = 13;
            points.LegendText = $"{precision} bit, published";
        }
    }

    private static string Caption(VolumeSettings settings) => string.Create(
        CultureInfo.InvariantCulture, $"{settings.Data}, {settings.Samples} images, {settings.Networks} networks a point, 95 % intervals");

    private static Axis AxisOf(VolumeSettings settings)
    {
        int[] depths = settings.Depths, widths = settings.Widths, batches = settings.Batches;
        if (depths.Length > 1 || (widths.Length == 1 && batches.Length == 1))
            return new Axis("hidden layers", depths, row => row.Depth, false, (s, depth) => depth * s.Widths[0] * s.Samples, true);
        return widths.Length > 1
            ? new Axis("width of the hidden layers", widths, row => row.Width, true, (s, place) => s.Depths[0] * Math.Pow(2, place) * s.Samples, false)
            : new Axis("images in a mini-batch", batches, row => row.Batch, true, (s, _) => (double)s.Depths[0] * s.Widths[0] * s.Samples, false);
    }

    private sealed record Axis(string Name, int[] Values, Func<VolumeRow, int> Value, bool IsLogarithmic, Func<VolumeSettings, double, double> Evaluations,
        bool IsDepth)
    {
        public double Place(int value) => Place((double)value);

        public double Place(double value) => IsLogarithmic ? Math.Log2(value) : value;
    }
}
