namespace ConservativeAD.Studies.Inspection;

/// <summary>Finds where the gradient of a function of two variables jumps, on the edges of a grid, and connects these points square by square.</summary>
internal static class KinkLines
{
    private const int Bisections = 24;
    private const double MinimumJump = 0.02;

    /// <summary>Short segments along the kinks.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="left">The least x.</param>
    /// <param name="bottom">The least y.</param>
    /// <param name="size">The extent of both.</param>
    /// <param name="squares">The number of squares per side.</param>
    public static IReadOnlyList<((double X, double Y) From, (double X, double Y) To)> Find(Func<double, double, double[]> gradient, double left, double bottom,
        double size, int squares)
    {
        // The grid is shifted off round numbers, so that its points do not lie on kinks.
        double step = size / squares, startX = left + (0.137 * step), startY = bottom + (0.213 * step);
        double[][,] corners = [new double[squares, squares], new double[squares, squares]];
        for (int i = 0; i < squares; i++)
        {
            for (int j = 0; j < squares; j++)
            {
                double[] here = gradient(startX + (i * step), startY + (j * step));
                (corners[0][i, j], corners[1][i, j]) = (here[0], here[1]);
            }
        }

        double[] Corner(int i, int j) => [corners[0][i, j], corners[1][i, j]];
        double scale = 1 + Enumerable.Range(0, squares * squares).Max(k => Length(Corner(k / squares, k % squares)));
        (double X, double Y)? Crossing(int i, int j, int di, int dj)
        {
            (double X, double Y) a = (startX + (i * step), startY + (j * step)), b = (startX + ((i + di) * step), startY + ((j + dj) * step));
            double[] atA = Corner(i, j), atB = Corner(i + di, j + dj);
            double first = Length(Difference(atA, atB));
            if (first < MinimumJump * scale)
                return null;
            for (int k = 0; k < Bisections; k++)
            {
                (double X, double Y) middle = ((a.X + b.X) / 2, (a.Y + b.Y) / 2);
                double[] atMiddle = gradient(middle.X, middle.Y);
                if (Length(Difference(atA, atMiddle)) > Length(Difference(atMiddle, atB)))
                    (b, atB) = (middle, atMiddle);
                else
                    (a, atA) = (middle, atMiddle);
            }

            // At such a small distance, a smooth bend no longer looks like a jump.
            return Length(Difference(atA, atB)) > 0.3 * first ? a : null;
        }

        List<((double X, double Y), (double X, double Y))> segments = [];
        for (int i = 0; i + 1 < squares; i++)
        {
            for (int j = 0; j + 1 < squares; j++)
            {
                List<(double X, double Y)> met =
                    [.. ((ReadOnlySpan<(double X, double Y)?>)[Crossing(i, j, 1, 0), Crossing(i, j, 0, 1), Crossing(i, j + 1, 1, 0),
                        Crossing(i + 1, j, 0, 1)]).ToArray().OfType<(double X, double Y)>()];
                if (met.Count == 2)
                {
                    segments.Add((met[0], met[1]));
                }
                else if (met.Count > 2)
                {
                    (double X, double Y) centre = (met.Average(point => point.X), met.Average(point => point.Y));
                    segments.AddRange(met.Select(point => (point, centre)));
                }
            }
        }

        return segments;
    }

    private static double[] Difference(double[] a, double[] b) => [a[0] - b[0], a[1] - b[1]];

    private static double Length(double[] a) => Math.Sqrt((a[0] * a[0]) + (a[1] * a[1]));
}
