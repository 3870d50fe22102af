namespace ConservativeAD.Studies.Reports;

/// <summary>A chart as data. <see cref="SvgChart"/> draws it inside a report, <see cref="ChartFiles"/> into PNG and SVG files.</summary>
/// <param name="Title">What it shows, in a sentence or less.</param>
/// <param name="XLabel">The quantity of the horizontal axis.</param>
/// <param name="YLabel">The quantity of the vertical axis.</param>
internal sealed record Chart(string Title, string XLabel, string YLabel)
{
    /// <summary>The data, drawn in this order.</summary>
    public IReadOnlyList<ChartSeries> Series { get; init; } = [];

    /// <summary>Whether places on the horizontal axis are logarithms; points at or below 0 are then left out.</summary>
    public bool IsLogarithmicX { get; init; }

    /// <summary>Whether places on the vertical axis are logarithms; points at or below 0 are then left out.</summary>
    public bool IsLogarithmicY { get; init; }

    /// <summary>Names of the places 0, 1, 2, … of the horizontal axis; null for numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>The marked places of the horizontal axis; round numbers if null.</summary>
    public IReadOnlyList<double>? XTicks { get; init; }

    /// <summary>Limits of the horizontal axis; those of the data, with a margin, if null.</summary>
    public (double Low, double High)? XLimits { get; init; }

    /// <summary>Limits of the vertical axis; those of the data, with a margin, if null.</summary>
    public (double Low, double High)? YLimits { get; init; }

    /// <summary>Whether a unit has the same length on both axes.</summary>
    public bool IsSquare { get; init; }
}

/// <summary>The marks of a series.</summary>
internal enum ChartMark
{
    /// <summary>A line through the points.</summary>
    Line,

    /// <summary>A line through the points, which are marked.</summary>
    MarkedLine,

    /// <summary>Separate points, with bars for their intervals.</summary>
    Points,

    /// <summary>Columns from 0, with bars for their intervals; those of several series stand side by side.</summary>
    Columns,

    /// <summary>Line segments: each two points are the ends of one.</summary>
    Segments,

    /// <summary>A closed polygon, filled.</summary>
    Polygon,
}

/// <summary>Data that belong together.</summary>
/// <param name="Name">Their name in the legend; empty for none.</param>
/// <param name="Mark">How they are drawn.</param>
/// <param name="Points">The data.</param>
internal sealed record ChartSeries(string Name, ChartMark Mark, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>A place in the palette.</summary>
    public int Color { get; init; }

    /// <summary>Whether lines are dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Whether points are open circles.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether lines are thin.</summary>
    public bool IsThin { get; init; }
}

/// <summary>One datum.</summary>
/// <param name="X">Its horizontal place.</param>
/// <param name="Y">Its vertical place.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct ChartPoint(double X, double Y, double? Low = null, double? High = null);
