namespace ConservativeAD.Studies.Reports;

/// <summary>Level lines of a function of two variables, by marching squares on a grid.</summary>
internal static class LevelLines
{
    private const int Samples = 81;
    private const int Levels = 14;

    /// <summary>The lines as segments: each two points are the ends of one. Values that are not finite have no lines beside them.</summary>
    /// <param name="function">The function.</param>
    /// <param name="left">The least x.</param>
    /// <param name="right">The greatest x.</param>
    /// <param name="bottom">The least y.</param>
    /// <param name="top">The greatest y.</param>
    public static IReadOnlyList<ChartPoint> Of(Func<double, double, double> function, double left, double right, double bottom, double top)
    {
        double X(double i) => left + ((right - left) * i / (Samples - 1));
        double Y(double i) => bottom + ((top - bottom) * i / (Samples - 1));
        double[,] heights = new double[Samples, Samples];
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int i = 0; i < Samples; i++)
        {
            for (int j = 0; j < Samples; j++)
            {
                double height = heights[i, j] = function(X(j), Y(i));
                if (double.IsFinite(height))
                    (low, high) = (Math.Min(low, height), Math.Max(high, height));
            }
        }

        List<ChartPoint> segments = [];
        for (int k = 1; k <= Levels; k++)
        {
            double level = low + ((high - low) * k / (Levels + 1));
            for (int i = 0; i + 1 < Samples; i++)
            {
                for (int j = 0; j + 1 < Samples; j++)
                    AddSquare(segments, heights, i, j, level, X, Y);
            }
        }

        return segments;
    }

    // Where the level crosses an edge of the square; a square has none, two or four crossings.
    private static void AddSquare(List<ChartPoint> segments, double[,] heights, int i, int j, double level, Func<double, double> x, Func<double, double> y)
    {
        int first = segments.Count;
        (int Row, int Column)[] corners = [(i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j)];
        for (int corner = 0; corner < corners.Length; corner++)
        {
            (int row, int column) = corners[corner];
            (int nextRow, int nextColumn) = corners[(corner + 1) % corners.Length];
            double here = heights[row, column] - level, there = heights[nextRow, nextColumn] - level;
            if (!double.IsFinite(here) || !double.IsFinite(there) || here < 0 == there < 0)
                continue;
            double part = here / (here - there);
            segments.Add(new ChartPoint(x(column + (part * (nextColumn - column))), y(row + (part * (nextRow - row)))));
        }

        if ((segments.Count - first) % 2 != 0)
            segments.RemoveAt(segments.Count - 1);
    }
}
