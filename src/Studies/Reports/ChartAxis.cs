using System.Globalization;

namespace ConservativeAD.Studies.Reports;

/// <summary>An axis of a chart: its limits, and its ticks with their labels. Places are numbers, or decimal logarithms of numbers.</summary>
/// <param name="Low">The place of the lower end.</param>
/// <param name="High">The place of the upper end, above it.</param>
/// <param name="IsLogarithmic">Whether places are decimal logarithms.</param>
/// <param name="Ticks">Places and labels.</param>
internal sealed record ChartAxis(double Low, double High, bool IsLogarithmic, IReadOnlyList<(double Place, string Label)> Ticks)
{
    private const double Margin = 0.04;
    private const int MostTicks = 6;

    /// <summary>The horizontal axis of a chart.</summary>
    public static ChartAxis Horizontal(Chart chart)
    {
        if (chart.Categories is { } categories)
            return new ChartAxis(-0.6, categories.Count - 0.4, false, [.. categories.Select((name, i) => ((double)i, name))]);
        ChartAxis axis = Of([.. chart.Series.SelectMany(series => series.Points).Select(point => point.X), .. chart.XTicks ?? []], chart.IsLogarithmicX,
            chart.XLimits);
        return chart.XTicks is not { } ticks
            ? axis
            : axis with { Ticks = [.. ticks.Select(tick => (chart.IsLogarithmicX ? Math.Log10(tick) : tick, NumberLabel.Of(tick)))] };
    }

    /// <summary>The vertical axis of a chart.</summary>
    public static ChartAxis Vertical(Chart chart)
    {
        List<double> values = [.. chart.Series.SelectMany(series => series.Points)
            .SelectMany(point => (double[])[point.Y, point.Low ?? point.Y, point.High ?? point.Y])];
        if (chart.Series.Any(series => series.Mark == ChartMark.Columns) && !chart.IsLogarithmicY)
            values.Add(0);
        return Of(values, chart.IsLogarithmicY, chart.YLimits);
    }

    /// <summary>The place of a number; null if it has none on the axis.</summary>
    public double? PlaceOf(double value)
    {
        double place = IsLogarithmic ? Math.Log10(value) : value;
        return double.IsFinite(place) ? place : null;
    }

    /// <summary>The same axis, of numbers, with its centre kept and its length multiplied.</summary>
    /// <param name="factor">The factor.</param>
    public ChartAxis Widened(double factor)
    {
        double centre = (Low + High) / 2, half = factor * (High - Low) / 2;
        return new ChartAxis(centre - half, centre + half, false, RoundNumbers(centre - half, centre + half, []));
    }

    private static ChartAxis Of(IReadOnlyList<double> values, bool isLogarithmic, (double Low, double High)? limits)
    {
        double[] places = [.. values.Select(value => isLogarithmic ? Math.Log10(value) : value).Where(double.IsFinite)];
        (double low, double high) = limits is { } given
            ? isLogarithmic ? (Math.Log10(given.Low), Math.Log10(given.High)) : given
            : places.Length == 0 ? (0, 1) : (places.Min(), places.Max());
        if (limits is null)
        {
            double span = high - low;
            // Numbers that are equal but for rounding get an axis of some length.
            double margin = span > 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)) ? Margin * span : Math.Max(0.5, 0.1 * Math.Abs(low));
            bool isFromZero = low == 0 && !isLogarithmic;
            (low, high) = (isFromZero && span > 0 ? -margin / 2 : low - margin, high + margin);
        }

        return new ChartAxis(low, high, isLogarithmic, isLogarithmic ? PowersOfTen(low, high) : RoundNumbers(low, high, places));
    }

    private static List<(double, string)> RoundNumbers(double low, double high, double[] places)
    {
        double raw = (high - low) / MostTicks, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
        // Whole numbers, as those of epochs, are marked at whole numbers.
        if (places.Length > 0 && high - low > 1 && Array.TrueForAll(places, place => place == Math.Floor(place)))
            step = Math.Max(1, step);
        List<(double, string)> ticks = [];
        for (double k = Math.Ceiling(low / step); k * step <= high; k++)
            ticks.Add((k * step, NumberLabel.Of(Math.Round(k * step / step) * step)));
        return ticks;
    }

    private static List<(double, string)> PowersOfTen(double low, double high)
    {
        if (high - low < 1.2)
        {
            // Less than some decades: numbers 1, 2 and 5 times powers of ten, and one more if there are too few.
            List<(double, string)> fine = [];
            for (int power = (int)Math.Floor(low); power <= high; power++)
            {
                foreach (int factor in (ReadOnlySpan<int>)[1, 2, 3, 5, 7])
                {
                    double place = power + Math.Log10(factor);
                    if (place >= low && place <= high)
                        fine.Add((place, NumberLabel.Of(factor * Math.Pow(10, power))));
                }
            }

            return fine.Count > 0 ? fine : [((low + high) / 2, NumberLabel.Of(Math.Pow(10, (low + high) / 2)))];
        }

        int stride = Math.Max(1, (int)Math.Ceiling((high - low) / MostTicks));
        List<(double, string)> ticks = [];
        for (int power = (int)Math.Ceiling(low / stride) * stride; power <= high; power += stride)
            ticks.Add((power, Math.Abs(power) <= 3 ? NumberLabel.Of(Math.Pow(10, power)) : string.Create(CultureInfo.InvariantCulture, $"1e{power}")));
        return ticks;
    }
}
