using System.Collections.Immutable;
using System.Globalization;
using ConservativeAD.Explorer.Formulas;

namespace ConservativeAD.Explorer.Exploring;

/// <summary>Everything that a link to the explorer carries.</summary>
public sealed record ExplorerState
{
    /// <summary>The most that a coordinate may be away from 0.</summary>
    public const double LargestCoordinate = 1e6;

    /// <summary>The smallest and the largest half-width of the drawing.</summary>
    public const double SmallestRadius = 1e-3, LargestRadius = 1e4;

    /// <summary>The formula as typed.</summary>
    public string Text { get; init; } = "relu(x) - relu(-x)";

    /// <summary>The point: two coordinates, of which a formula in one variable uses the first.</summary>
    public (double First, double Second) Point { get; init; }

    /// <summary>The preset that the choices start from.</summary>
    public string Preset { get; init; } = Presets.Default;

    /// <summary>The choices that differ from the preset, by the names of their knobs.</summary>
    public ImmutableSortedDictionary<string, double> Chosen { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The knob that the drawing of backpropagation's answers goes through; null for the formula's first.</summary>
    public string? Swept { get; init; }

    /// <summary>The centre of the drawing.</summary>
    public (double First, double Second) Centre { get; init; }

    /// <summary>Half the width of the drawing.</summary>
    public double Radius { get; init; } = 2;

    /// <summary>The selections: the preset with the choices.</summary>
    public Selections Selections => Chosen.Aggregate(Presets.Named(Preset), (selections, choice) => Knob.Named(choice.Key)!.Write(selections, choice.Value));

    /// <summary>The distance that an arrow key or a drag moves the point by: a round number near a fortieth of the drawing.</summary>
    public double Step
    {
        get
        {
            double decade = Math.Pow(10, Math.Floor(Math.Log10(Radius / 20)));
            double ratio = Radius / 20 / decade;
            return Rounded((ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10) * decade);
        }
    }

    /// <summary>The same with the point moved, at most as far as coordinates go; the drawing follows where the point would leave it.</summary>
    public ExplorerState MovedTo(double first, double second)
    {
        (double, double) point = (Limited(first), Limited(second));
        (double First, double Second) centre = (Follow(Centre.First, point.Item1), Follow(Centre.Second, point.Item2));
        return this with { Point = point, Centre = centre };
    }

    /// <summary>The same with the point moved to the nearest place on a grid of steps, where kinks usually lie.</summary>
    public ExplorerState MovedToGrid(double first, double second) => MovedTo(OnGrid(first), OnGrid(second));

    /// <summary>The same with the drawing's half-width multiplied.</summary>
    public ExplorerState Zoomed(double factor)
    {
        ExplorerState zoomed = this with { Radius = Rounded(Math.Clamp(Radius * factor, SmallestRadius, LargestRadius)) };
        return zoomed.MovedTo(Point.First, Point.Second);
    }

    /// <summary>The same with one choice changed.</summary>
    public ExplorerState Choosing(Knob knob, double value)
    {
        ArgumentNullException.ThrowIfNull(knob);
        return double.IsFinite(value) ? this with { Chosen = Chosen.SetItem(knob.Id, Math.Clamp(value, -LargestCoordinate, LargestCoordinate)) } : this;
    }

    /// <summary>The same with all choices of a preset.</summary>
    public ExplorerState ChoosingPreset(string preset) => this with { Preset = preset, Chosen = ImmutableSortedDictionary<string, double>.Empty };

    /// <summary>The number to twelve digits: more than grids need, and 3 times 0.1 becomes 0.3.</summary>
    public static double Rounded(double number) =>
        number == 0 ? 0 : double.Parse(number.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private double OnGrid(double coordinate) => Rounded(Math.Round(coordinate / Step) * Step);

    private double Follow(double centre, double coordinate) => Math.Abs(coordinate - centre) <= Radius ? centre : coordinate;

    private static double Limited(double coordinate) => double.IsNaN(coordinate) ? 0 : Math.Clamp(coordinate, -LargestCoordinate, LargestCoordinate);
}
