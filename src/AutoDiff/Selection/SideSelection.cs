using System.Globalization;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// The slope at a kink between two smooth pieces: the slope of one side, the slope of least norm between the two, or a number. A number converts to it; null
/// converts to the left side's slope.
/// </summary>
public readonly record struct SideSelection
{
    private enum Way
    {
        Left,
        Right,
        LeastNorm,
        Number,
    }

    private readonly Way way;
    private readonly double number;

    private SideSelection(Way way, double number = 0)
    {
        this.way = way;
        this.number = number;
    }

    /// <summary>The slope of the piece on the left.</summary>
    public static SideSelection Left => default;

    /// <summary>The slope of the piece on the right.</summary>
    public static SideSelection Right => new(Way.Right);

    /// <summary>The slope closest to 0 among those between both sides.</summary>
    public static SideSelection LeastNorm => new(Way.LeastNorm);

    /// <summary>The slope, if a number is selected.</summary>
    public double? Slope => way == Way.Number ? number : null;

    /// <summary>A number, or the left side's slope if null.</summary>
    /// <param name="slope">The slope.</param>
    public static implicit operator SideSelection(double? slope) => FromNullable(slope);

    /// <summary>A number, or the left side's slope if null.</summary>
    /// <param name="slope">The slope.</param>
    public static SideSelection FromNullable(double? slope) => slope is { } number ? new SideSelection(Way.Number, number) : Left;

    /// <summary>The slope that is selected between two pieces.</summary>
    /// <param name="left">The slope of the piece on the left.</param>
    /// <param name="right">The slope of the piece on the right.</param>
    public double Between(double left, double right) => way switch
    {
        Way.Left => left,
        Way.Right => right,
        Way.LeastNorm => left > 0 && right > 0 ? Math.Min(left, right) : left < 0 && right < 0 ? Math.Max(left, right) : 0,
        _ => number,
    };

    /// <summary>The same for pieces whose slopes differ from element to element; NaN if the left one is.</summary>
    internal L Between<L>(L left, L right)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0), lower = L.Min(left, right), upper = L.Max(left, right);
        L least = L.IfGreater(zero, upper, upper, L.IfGreater(lower, zero, lower, zero));
        return way == Way.Left ? left
            : Lane.UnlessNaN(left, way == Way.Right ? right : way == Way.LeastNorm ? least : L.Broadcast(number));
    }

    /// <inheritdoc/>
    public override string ToString() => way switch
    {
        Way.Left => "left",
        Way.Right => "right",
        Way.LeastNorm => "least norm",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
