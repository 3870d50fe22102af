using System.Globalization;
using System.Net;
using System.Text;

namespace ConservativeAD.Studies.Reports;

/// <summary>
/// Draws a chart as a figure of a report: inline SVG that scales with the page and takes its colours from the page's style, the legend as text below, and
/// values under the pointer as titles.
/// </summary>
internal sealed class SvgChart
{
    private const double Width = 440;
    private const double Height = 300;
    private const double Top = 10;
    private const double Right = 14;
    private const double LetterWidth = 6.9;
    private const double MaximumLabels = 130;
    private const double PointRadius = 4;
    private const double PartOfColumns = 0.8;
    private const int MostTitles = 250;
    private const int MostPlainCategories = 6;

    private readonly Chart chart;
    private readonly StringBuilder svg = new();
    private readonly double left;
    private readonly double bottom;
    private readonly double height;
    private readonly bool isTilted;
    private ChartAxis x;
    private ChartAxis y;

    private SvgChart(Chart chart)
    {
        this.chart = chart;
        (x, y) = (ChartAxis.Horizontal(chart), ChartAxis.Vertical(chart));
        left = 30 + (LetterWidth * y.Ticks.Max(tick => tick.Label.Length));
        double longest = LetterWidth * x.Ticks.Select(tick => tick.Label.Length).DefaultIfEmpty(0).Max();
        isTilted = chart.Categories is not null && (chart.Categories.Count > MostPlainCategories || longest * chart.Categories.Count > Width - left);
        double labels = isTilted ? 8 + Math.Min(MaximumLabels, 0.8 * longest) : 18;
        height = Height + (isTilted ? labels - 18 : 0);
        bottom = height - labels - (chart.XLabel.Length > 0 ? 22 : 4);
        if (chart.IsSquare)
            Square();
    }

    /// <summary>The chart as HTML.</summary>
    /// <param name="chart">The chart.</param>
    public static string Figure(Chart chart)
    {
        SvgChart drawing = new(chart);
        drawing.Draw();
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<figure>\n<figcaption>{Escape(chart.Title)}</figcaption>\n{drawing.svg}");
        ChartSeries[] named = [.. chart.Series.Where(series => series.Name.Length > 0)];
        if (named.Length > 0)
            html.Append("<ul class=\"legend\">").AppendJoin("", named.Select(series => $"<li>{Key(series)}{Escape(series.Name)}</li>")).Append("</ul>\n");
        return html.Append("</figure>\n").ToString();
    }

    private void Draw()
    {
        string described = chart.Categories is null ? $"{chart.YLabel} against {chart.XLabel}" : chart.YLabel;
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width:0} {height:0}\" role=\"img\" aria-label=\"{Escape($"{chart.Title}: {described}")}\">\n");
        DrawAxes();
        int columns = chart.Series.Count(series => series.Mark == ChartMark.Columns), column = 0;
        foreach (ChartSeries series in chart.Series)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<g class=\"c{Place(series)}\">");
            switch (series.Mark)
            {
                case ChartMark.Columns:
                    DrawColumns(series, column++, columns);
                    break;
                case ChartMark.Segments:
                    DrawSegments(series);
                    break;
                case ChartMark.Polygon:
                    svg.Append("<polygon class=\"area\" points=\"").AppendJoin(' ', Placed(series).Select(at => Pair(at.X, at.Y))).Append("\"/>");
                    break;
                default:
                    if (series.Mark != ChartMark.Points)
                        DrawLine(series);
                    DrawPoints(series);
                    break;
            }

            svg.Append("</g>\n");
        }

        svg.Append("</svg>\n");
    }

    private void DrawAxes()
    {
        foreach ((double place, string label) in y.Ticks)
        {
            double at = Vertical(place);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{left:0.#}\" x2=\"{Width - Right:0.#}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 6:0.#}\" y=\"{at + 4.5:0.#}\" text-anchor=\"end\">{Escape(label)}</text>\n");
        }

        double room = double.NegativeInfinity;
        foreach ((double place, string label) in x.Ticks)
        {
            double at = Horizontal(place), reach = LetterWidth * label.Length / 2;
            if (at < left - 1 || at > Width - Right + 1)
                continue;
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"tick\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{bottom:0.#}\" y2=\"{bottom + 4:0.#}\"/>");
            if (isTilted)
            {
                svg.Append(CultureInfo.InvariantCulture,
                    $"<text transform=\"translate({at + 4:0.#} {bottom + 12:0.#}) rotate(-55)\" text-anchor=\"end\">{Escape(label)}</text>\n");
            }
            else if (at - reach > room)
            {
                // The last label ends within the picture.
                double shown = Math.Min(at, Width - 2 - reach);
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{shown:0.#}\" y=\"{bottom + 17:0.#}\" text-anchor=\"middle\">{Escape(label)}</text>\n");
                room = at + reach + 4;
            }
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{left:0.#} {Top:0.#}V{bottom:0.#}H{Width - Right:0.#}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"name\" x=\"{(left + Width - Right) / 2:0.#}\" y=\"{height - 5:0.#}\" text-anchor=\"middle\">{Escape(chart.XLabel)}</text>");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"name\" transform=\"translate(14 {(Top + bottom) / 2:0.#}) rotate(-90)\" text-anchor=\"middle\">{Escape(chart.YLabel)}</text>\n");
    }

    private void DrawLine(ChartSeries series)
    {
        string style = (series.IsDashed ? " dashed" : "") + (series.IsThin ? " thin" : "");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line{style}\" d=\"");
        bool isBroken = true;
        foreach (ChartPoint point in series.Points)
        {
            if (At(point.X, point.Y) is not { } at)
            {
                isBroken = true;
                continue;
            }

            svg.Append(isBroken ? 'M' : 'L').Append(Pair(at.X, at.Y));
            isBroken = false;
        }

        svg.Append("\"/>");
    }

    // Points of plain lines are not seen, and show their values under the pointer.
    private void DrawPoints(ChartSeries series)
    {
        bool isSeen = series.Mark != ChartMark.Line;
        if (!isSeen && series.Points.Count > MostTitles)
            return;
        foreach (ChartPoint point in series.Points)
        {
            if (At(point.X, point.Y) is not { } at)
                continue;
            svg.Append("<g>").Append(Title(series, point));
            DrawInterval(point, at.X);
            string kind = isSeen ? series.IsOpen ? "point open" : "point" : "unseen";
            svg.Append(CultureInfo.InvariantCulture,
                $"<circle class=\"{kind}\" cx=\"{at.X:0.#}\" cy=\"{at.Y:0.#}\" r=\"{(isSeen && !series.IsOpen ? PointRadius : 1.5 * PointRadius):0.#}\"/></g>");
        }
    }

    private void DrawColumns(ChartSeries series, int index, int count)
    {
        double width = PartOfColumns / count;
        foreach (ChartPoint point in series.Points)
        {
            double place = point.X - (PartOfColumns / 2) + (width * (index + 0.5));
            if (At(place, point.Y) is not { } at)
                continue;
            double zero = y.IsLogarithmic ? bottom : Math.Clamp(Vertical(0), Top, bottom), half = (Horizontal(place + width) - at.X) / 2.3;
            svg.Append("<g>").Append(Title(series, point)).Append(CultureInfo.InvariantCulture,
                $"<rect class=\"column\" x=\"{at.X - half:0.##}\" y=\"{Math.Min(at.Y, zero):0.#}\" width=\"{2 * half:0.##}\" "
                    + $"height=\"{Math.Max(0.5, Math.Abs(zero - at.Y)):0.#}\"/>");
            DrawInterval(point, at.X);
            svg.Append("</g>");
        }
    }

    private void DrawInterval(ChartPoint point, double at)
    {
        if (point.Low is { } low && point.High is { } high && y.PlaceOf(high) is { } top)
            svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"interval\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{Bounded(y.PlaceOf(low) ?? y.Low):0.#}\" y2=\"{Bounded(top):0.#}\"/>");
    }

    private void DrawSegments(ChartSeries series)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line{(series.IsThin ? " thin" : "")}\" d=\"");
        for (int i = 0; i + 1 < series.Points.Count; i += 2)
        {
            if (At(series.Points[i].X, series.Points[i].Y) is { } from && At(series.Points[i + 1].X, series.Points[i + 1].Y) is { } to)
                svg.Append('M').Append(Pair(from.X, from.Y)).Append('L').Append(Pair(to.X, to.Y));
        }

        svg.Append("\"/>");
    }

    private IEnumerable<(double X, double Y)> Placed(ChartSeries series) =>
        series.Points.Select(point => At(point.X, point.Y)).Where(at => at is not null).Select(at => at!.Value);

    private string Title(ChartSeries series, ChartPoint point)
    {
        string where = chart.Categories is { } categories
            ? categories[Math.Clamp((int)Math.Round(point.X), 0, categories.Count - 1)]
            : $"{chart.XLabel} {NumberLabel.Of(point.X)}";
        string interval = point.Low is { } low && point.High is { } high ? $" ({NumberLabel.Of(low)} to {NumberLabel.Of(high)})" : "";
        string name = series.Name.Length > 0 ? $"{series.Name}; " : "";
        return $"<title>{Escape($"{name}{where}: {NumberLabel.Of(point.Y)}{interval}")}</title>";
    }

    private (double X, double Y)? At(double horizontal, double vertical) =>
        x.PlaceOf(horizontal) is { } across && y.PlaceOf(vertical) is { } up ? (Horizontal(across), Vertical(up)) : null;

    private double Horizontal(double place) => left + ((place - x.Low) / (x.High - x.Low) * (Width - Right - left));

    private double Vertical(double place) => bottom - ((place - y.Low) / (y.High - y.Low) * (bottom - Top));

    private double Bounded(double place) => Math.Clamp(Vertical(place), Top, bottom);

    // The axis with the finer scale gets the other's.
    private void Square()
    {
        double across = (x.High - x.Low) / (Width - Right - left), up = (y.High - y.Low) / (bottom - Top), scale = Math.Max(across, up);
        x = x.Widened(scale / across);
        y = y.Widened(scale / up);
    }

    private static string Pair(double across, double up) => string.Create(CultureInfo.InvariantCulture, $"{across:0.#},{up:0.#}");

    private static int Place(ChartSeries series) => series.Color % ChartPalette.Light.Count;

    private static string Key(ChartSeries series)
    {
        string mark = series.Mark switch
        {
            ChartMark.Columns or ChartMark.Polygon => "<rect class=\"column\" x=\"4\" y=\"2\" width=\"14\" height=\"10\"/>",
            ChartMark.Points => $"<circle class=\"point{(series.IsOpen ? " open" : "")}\" cx=\"11\" cy=\"7\" r=\"{(series.IsOpen ? 5 : 4)}\"/>",
            _ => $"<path class=\"line{(series.IsDashed ? " dashed" : "")}{(series.IsThin ? " thin" : "")}\" d=\"M1 7H21\"/>",
        };
        return $"<svg class=\"key c{Place(series)}\" viewBox=\"0 0 22 14\" aria-hidden=\"true\">{mark}</svg>";
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
