using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Lecture;

/// <summary>Makes charts of pictures.</summary>
internal static class PictureChart
{
    private const int Grey = 6;
    private const double HeadLength = 0.3;
    private const double HeadAngle = 0.45;

    // More points of a curve than this are not seen apart.
    private const int MostPoints = 600;

    /// <summary>The chart of a picture. What lies outside of its window is left out.</summary>
    /// <param name="picture">The picture.</param>
    public static Chart Of(Picture picture)
    {
        List<ChartSeries> series = [];
        if (picture.Levels is { } levels)
        {
            (double left, double right, double bottom, double top) = WindowOf(picture) ?? Extent(picture);
            series.Add(new ChartSeries("", ChartMark.Segments, LevelLines.Of(levels, left, right, bottom, top)) { Color = Grey, IsThin = true });
        }

        foreach (Series drawn in picture.Series)
            series.AddRange(SeriesOf(picture, drawn));
        return new Chart(picture.Caption, picture.XAxis, picture.YAxis)
        {
            Series = series,
            IsLogarithmicX = picture.IsXLogarithmic,
            IsLogarithmicY = picture.IsYLogarithmic,
            IsSquare = picture.IsSquare,
            XLimits = WindowOf(picture) is { } across ? (across.Left, across.Right) : null,
            YLimits = WindowOf(picture) is { } up ? (up.Bottom, up.Top) : null,
        };
    }

    private static IEnumerable<ChartSeries> SeriesOf(Picture picture, Series drawn)
    {
        int color = drawn.Color < 0 ? Grey : drawn.Color;
        IReadOnlyList<IReadOnlyList<ChartPoint>> parts = [.. drawn.Parts.SelectMany(part => Seen(picture, part)).Where(part => part.Count > 0)];
        switch (drawn.Stroke)
        {
            case Stroke.Dots:
                yield return new ChartSeries(drawn.Label, ChartMark.Points, [.. parts.SelectMany(part => part)]) { Color = color };
                break;
            case Stroke.Arrows:
                yield return new ChartSeries(drawn.Label, ChartMark.Segments, [.. parts.SelectMany(part => Arrow(part[0], part[^1]))])
                {
                    Color = color,
                    IsThin = true
                };
                break;
            case Stroke.Dashed:
                for (int i = 0; i < parts.Count; i++)
                    yield return new ChartSeries(i == 0 ? drawn.Label : "", ChartMark.Line, Thinned(parts[i])) { Color = color, IsDashed = true };
                break;
            default:
                bool isThin = drawn.Stroke == Stroke.Thin;
                yield return parts.Count == 1
                    ? new ChartSeries(drawn.Label, ChartMark.Line, Thinned(parts[0])) { Color = color, IsThin = isThin }
                    : new ChartSeries(drawn.Label, ChartMark.Segments, [.. parts.SelectMany(part => Segments(Thinned(part)))])
                    {
                        Color = color,
                        IsThin = isThin
                    };
                break;
        }
    }

    // The stretches of a curve that lie in the window and on logarithmic axes.
    private static IEnumerable<IReadOnlyList<ChartPoint>> Seen(Picture picture, IReadOnlyList<Place> places)
    {
        List<ChartPoint> stretch = [];
        (double Left, double Right, double Bottom, double Top)? window = WindowOf(picture);
        foreach (Place place in places)
        {
            bool isSeen = double.IsFinite(place.X) && double.IsFinite(place.Y) && (!picture.IsXLogarithmic || place.X > 0)
                && (!picture.IsYLogarithmic || place.Y > 0)
                && (window is not { } part
                    || (place.X >= part.Left && place.X <= part.Right && place.Y >= part.Bottom && place.Y <= part.Top));
            if (isSeen)
            {
                stretch.Add(new ChartPoint(place.X, place.Y));
                continue;
            }

            yield return stretch;
            stretch = [];
        }

        yield return stretch;
    }

    private static IReadOnlyList<ChartPoint> Thinned(IReadOnlyList<ChartPoint> points)
    {
        if (points.Count <= MostPoints)
            return points;
        return [.. Enumerable.Range(0, MostPoints).Select(i => points[(int)((long)i * (points.Count - 1) / (MostPoints - 1))])];
    }

    private static IEnumerable<ChartPoint> Segments(IReadOnlyList<ChartPoint> points)
    {
        for (int i = 0; i + 1 < points.Count; i++)
        {
            yield return points[i];
            yield return points[i + 1];
        }
    }

    private static ChartPoint[] Arrow(ChartPoint from, ChartPoint to)
    {
        double x = HeadLength * (from.X - to.X), y = HeadLength * (from.Y - to.Y), cos = Math.Cos(HeadAngle), sin = Math.Sin(HeadAngle);
        return
        [
            from, to, to, new ChartPoint(to.X + (cos * x) - (sin * y), to.Y + (sin * x) + (cos * y)), to,
            new ChartPoint(to.X + (cos * x) + (sin * y), to.Y - (sin * x) + (cos * y)),
        ];
    }

    // A window on a logarithmic axis is given by powers of ten.
    private static (double Left, double Right, double Bottom, double Top)? WindowOf(Picture picture)
    {
        if (picture.Window is not { } window)
            return null;
        double X(double end) => picture.IsXLogarithmic ? Math.Pow(10, end) : end;
        double Y(double end) => picture.IsYLogarithmic ? Math.Pow(10, end) : end;
        return (X(window.Left), X(window.Right), Y(window.Bottom), Y(window.Top));
    }

    private static (double Left, double Right, double Bottom, double Top) Extent(Picture picture)
    {
        Place[] places = [.. picture.Series.SelectMany(series => series.Parts).SelectMany(part => part)
            .Where(place => double.IsFinite(place.X) && double.IsFinite(place.Y))];
        return places.Length == 0
            ? (0, 1, 0, 1)
            : (places.Min(place => place.X), places.Max(place => place.X), places.Min(place => place.Y), places.Max(place => place.Y));
    }
}
