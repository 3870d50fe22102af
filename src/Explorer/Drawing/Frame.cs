namespace ConservativeAD.Explorer.Drawing;

/// <summary>A rectangle of numbers on a rectangle of a drawing, whose second coordinate points down.</summary>
/// <param name="Left">The smallest first number.</param>
/// <param name="Right">The largest first number.</param>
/// <param name="Bottom">The smallest second number.</param>
/// <param name="Top">The largest second number.</param>
public sealed record Frame(double Left, double Right, double Bottom, double Top)
{
    /// <summary>The width of the whole drawing.</summary>
    public const double Width = 480;

    /// <summary>The space for labels at the left and at the bottom.</summary>
    public const double MarginLeft = 52, MarginBottom = 40;

    /// <summary>The space at the right and at the top.</summary>
    public const double MarginRight = 12, MarginTop = 12;

    /// <summary>The height of the whole drawing.</summary>
    public double Height { get; init; } = 480;

    /// <summary>A square part of the plane, as a square.</summary>
    public static Frame Square(double first, double second, double radius) => new(first - radius, first + radius, second - radius, second + radius)
    {
        Height = Width - MarginLeft - MarginRight + MarginTop + MarginBottom,
    };

    /// <summary>The first coordinate in the drawing.</summary>
    public double X(double first) => MarginLeft + ((first - Left) / (Right - Left) * (Width - MarginLeft - MarginRight));

    /// <summary>The second coordinate in the drawing.</summary>
    public double Y(double second) => Height - MarginBottom - ((second - Bottom) / (Top - Bottom) * (Height - MarginBottom - MarginTop));

    /// <summary>The first number at a place given as a part of the whole width.</summary>
    public double FirstAt(double part) => Left + (((part * Width) - MarginLeft) / (Width - MarginLeft - MarginRight) * (Right - Left));

    /// <summary>The second number at a place given as a part of the whole height, from the top.</summary>
    public double SecondAt(double part) => Bottom + ((Height - MarginBottom - (part * Height)) / (Height - MarginBottom - MarginTop) * (Top - Bottom));

    /// <summary>A point as the text "x,y" of a path.</summary>
    public string At(double first, double second) => $"{NumberText.Coordinate(Limited(X(first)))},{NumberText.Coordinate(Limited(Y(second)))}";

    // What lies far outside is cut off anyway, and drawings do not take all numbers.
    private static double Limited(double coordinate) => Math.Clamp(coordinate, -1e4, 1e4);
}
