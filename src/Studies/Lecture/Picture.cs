using System.Text.Json.Serialization;

namespace ConservativeAD.Studies.Lecture;

/// <summary>How a series is drawn.</summary>
internal enum Stroke
{
    /// <summary>A line.</summary>
    Line,

    /// <summary>A thin line, for the background.</summary>
    Thin,

    /// <summary>A dashed line, for what theory predicts.</summary>
    Dashed,

    /// <summary>Points.</summary>
    Dots,

    /// <summary>Arrows from the first point of each part to its last.</summary>
    Arrows,
}

/// <summary>A point of a picture.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Upwards.</param>
internal readonly record struct Place(double X, double Y);

/// <summary>Curves or points of one colour, with one entry in the legend.</summary>
/// <param name="Label">The entry in the legend; empty for none.</param>
/// <param name="Stroke">How it is drawn.</param>
/// <param name="Color">Which colour of the palette; −1 for grey.</param>
/// <param name="Parts">The curves.</param>
internal sealed record Series(string Label, Stroke Stroke, int Color, IReadOnlyList<IReadOnlyList<Place>> Parts);

/// <summary>What a picture shows: curves, fields and level sets of several parts, which <see cref="PictureChart"/> makes a chart of.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Caption">The sentence below it.</param>
/// <param name="XAxis">The label of the horizontal axis.</param>
/// <param name="YAxis">The label of the vertical axis.</param>
internal sealed record Picture(string Name, string Caption, string XAxis, string YAxis)
{
    /// <summary>The curves and points.</summary>
    [JsonIgnore]
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>A function whose level sets are drawn in the background; null for none.</summary>
    [JsonIgnore]
    public Func<double, double, double>? Levels { get; init; }

    /// <summary>Whether the horizontal axis is logarithmic.</summary>
    public bool IsXLogarithmic { get; init; }

    /// <summary>Whether the vertical axis is logarithmic.</summary>
    public bool IsYLogarithmic { get; init; }

    /// <summary>Whether both axes have one scale.</summary>
    public bool IsSquare { get; init; }

    /// <summary>The visible part, in powers of ten on a logarithmic axis; null for all of it.</summary>
    [JsonIgnore]
    public (double Left, double Right, double Bottom, double Top)? Window { get; init; }

    /// <summary>One curve.</summary>
    public static Series Line(string label, int color, IEnumerable<Place> places, Stroke stroke = Stroke.Line) => new(label, stroke, color, [[.. places]]);

    /// <summary>Several curves of one colour.</summary>
    public static Series Lines(string label, int color, IEnumerable<IEnumerable<Place>> parts, Stroke stroke = Stroke.Line) =>
        new(label, stroke, color, [.. parts.Select(part => (IReadOnlyList<Place>)[.. part])]);
}
