using ConservativeAD.Networks;
using ScottPlot;
using ScottPlot.Plottables;

namespace ConservativeAD.Studies.Reports;

/// <summary>Draws charts into PNG and SVG files.</summary>
internal static class ChartFiles
{
    private const int Width = 900;
    private const int WidthBeside = 700;
    private const int Height = 560;
    private const float Thick = 2.5f;
    private const float Thin = 1.2f;
    private const int MostPlainCategories = 6;

    /// <summary>Writes name.png with all charts side by side, and each as an SVG file: name.svg, name-2.svg and so on.</summary>
    /// <param name="charts">The charts, at least one.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name of the files.</param>
    public static void Save(IReadOnlyList<Chart> charts, string folder, string name)
    {
        Plot[] plots = [.. charts.Select(PlotOf)];
        for (int i = 0; i < plots.Length; i++)
            AtomicFile.WriteText(Path.Combine(folder, i == 0 ? $"{name}.svg" : $"{name}-{i + 1}.svg"), plots[i].GetSvgXml(Width, Height));
        AtomicFile.WriteBytes(Path.Combine(folder, name + ".png"),
            plots.Length == 1 ? plots[0].GetImageBytes(Width, Height, ImageFormat.Png) : Beside(plots));
    }

    private static Plot PlotOf(Chart chart)
    {
        Plot plot = new();
        ChartAxis x = ChartAxis.Horizontal(chart), y = ChartAxis.Vertical(chart);
        int columns = chart.Series.Count(series => series.Mark == ChartMark.Columns), column = 0;
        foreach (ChartSeries series in chart.Series)
        {
            Color color = Color.FromHex(ChartPalette.Light[series.Color % ChartPalette.Light.Count]);
            if (series.Mark == ChartMark.Columns)
                AddColumns(plot, series, color, y, column++, columns);
            else
                Add(plot, series, color, x, y);
        }

        Label(plot.Axes.Bottom, x, chart.Categories is not null || chart.XTicks is not null);
        Label(plot.Axes.Left, y, false);
        plot.Axes.SetLimits(x.Low, x.High, y.Low, y.High);
        plot.Title(chart.Title, size: 14);
        plot.XLabel(chart.XLabel);
        plot.YLabel(chart.YLabel);
        if (chart.Categories is { Count: > MostPlainCategories } categories)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -55;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.MinimumSize = 20 + (6 * categories.Max(name => name.Length));
        }

        if (chart.IsSquare)
            plot.Axes.SquareUnits();
        if (chart.Series.Any(series => series.Name.Length > 0))
            plot.ShowLegend(Edge.Right);
        return plot;
    }

    private static byte[] Beside(Plot[] plots)
    {
        Multiplot sheet = new();
        sheet.AddPlots(plots.Length);
        foreach (Plot unused in plots)
            sheet.RemovePlot(sheet.GetPlot(0));
        foreach (Plot plot in plots)
        {
            plot.HideLegend();
            plot.ShowLegend(Alignment.UpperRight);
            sheet.AddPlot(plot);
        }

        sheet.Layout = new ScottPlot.MultiplotLayouts.Columns();
        return sheet.Render(plots.Length * WidthBeside, Height).GetImageBytes(ImageFormat.Png);
    }

    private static void Label(IAxis axis, ChartAxis places, bool isGiven)
    {
        if (places.IsLogarithmic && !isGiven && places.High - places.Low > 1.2)
            LogarithmicAxis.Label(axis);
        else if (places.IsLogarithmic || isGiven)
            axis.SetTicks([.. places.Ticks.Select(tick => tick.Place)], [.. places.Ticks.Select(tick => tick.Label)]);
    }

    private static void Add(Plot plot, ChartSeries series, Color color, ChartAxis x, ChartAxis y)
    {
        List<Coordinates> places = [];
        foreach (ChartPoint point in series.Points)
        {
            if (x.PlaceOf(point.X) is not { } across || y.PlaceOf(point.Y) is not { } up)
                continue;
            places.Add(new Coordinates(across, up));
            if (point.Low is { } low && point.High is { } high && y.PlaceOf(high) is { } top)
                AddInterval(plot, across, y.PlaceOf(low) ?? y.Low, top, color);
        }

        if (places.Count == 0)
            return;
        float width = series.IsThin ? Thin : Thick;
        if (series.Mark == ChartMark.Polygon)
        {
            Polygon polygon = plot.Add.Polygon([.. places]);
            (polygon.FillColor, polygon.LineColor, polygon.LineWidth, polygon.LegendText) = (color.WithAlpha(0.25), color, Thick, series.Name);
            return;
        }

        if (series.Mark == ChartMark.Segments)
        {
            for (int i = 0; i + 1 < places.Count; i += 2)
            {
                LinePlot line = plot.Add.Line(places[i], places[i + 1]);
                (line.LineColor, line.LineWidth) = (color, width);
                if (i == 0)
                    line.LegendText = series.Name;
            }

            return;
        }

        Scatter drawn = series.Mark == ChartMark.Points ? plot.Add.ScatterPoints(places, color) : plot.Add.ScatterLine(places, color);
        drawn.LegendText = series.Name;
        drawn.LineWidth = series.Mark == ChartMark.Points ? 0 : width;
        if (series.IsDashed)
            drawn.LinePattern = LinePattern.Dashed;
        if (series.Mark == ChartMark.Line)
            return;
        drawn.MarkerShape = series.IsOpen ? MarkerShape.OpenCircle : MarkerShape.FilledCircle;
        drawn.MarkerSize = series.IsOpen ? 13 : 8;
    }

    private static void AddColumns(Plot plot, ChartSeries series, Color color, ChartAxis y, int index, int count)
    {
        const double Part = 0.8;
        double width = Part / count;
        bool isNamed = false;
        foreach (ChartPoint point in series.Points)
        {
            if (y.PlaceOf(point.Y) is not { } top)
                continue;
            double place = point.X - (Part / 2) + (width * (index + 0.5)), floor = y.IsLogarithmic ? y.Low : 0;
            BarPlot bar = plot.Add.Bar(new Bar { Position = place, Value = top, ValueBase = floor, Size = 0.9 * width, FillColor = color, LineWidth = 0 });
            if (!isNamed)
                bar.LegendText = series.Name;
            isNamed = true;
            if (point.Low is { } low && point.High is { } high && y.PlaceOf(high) is { } end)
                AddInterval(plot, place, y.PlaceOf(low) ?? y.Low, end, Colors.Black);
        }
    }

    private static void AddInterval(Plot plot, double place, double low, double high, Color color)
    {
        LinePlot bar = plot.Add.Line(place, low, place, high);
        (bar.LineColor, bar.LineWidth) = (color, 2);
    }
}
