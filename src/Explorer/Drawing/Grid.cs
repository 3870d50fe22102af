namespace ConservativeAD.Explorer.Drawing;

/// <summary>Values of a function of two variables on a square grid.</summary>
internal sealed class Grid
{
    private readonly double[] values;
    private readonly double left, bottom, step;

    public Grid(Func<double, double, double> function, double left, double bottom, double size, int count)
    {
        Count = count;
        (this.left, this.bottom, step) = (left, bottom, size / (count - 1));
        values = new double[count * count];
        for (int i = 0; i < values.Length; i++)
            values[i] = function(First(i % count), Second(i / count));
    }

    /// <summary>The number of rows, and of columns.</summary>
    public int Count { get; }

    public IReadOnlyList<double> Values => values;

    public double this[int row, int column] => values[(row * Count) + column];

    /// <summary>The first number at a column, or between two.</summary>
    public double First(double column) => left + (column * step);

    /// <summary>The second number at a row, or between two.</summary>
    public double Second(double row) => bottom + (row * step);
}
