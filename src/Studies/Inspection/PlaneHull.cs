namespace ConservativeAD.Studies.Inspection;

/// <summary>Convex hulls in the plane, by A. Andrew's monotone chain (Inf. Process. Lett. 1979).</summary>
internal static class PlaneHull
{
    /// <summary>The corners in counter-clockwise order.</summary>
    public static IReadOnlyList<double[]> Of(IReadOnlyList<double[]> points)
    {
        double[][] ordered = [.. points.OrderBy(point => point[0]).ThenBy(point => point[1])];
        if (ordered.Length < 3)
            return ordered;
        List<double[]> lower = Chain(ordered), upper = Chain([.. ordered.Reverse()]);
        return [.. lower.SkipLast(1), .. upper.SkipLast(1)];
    }

    private static List<double[]> Chain(double[][] ordered)
    {
        List<double[]> chain = [];
        foreach (double[] point in ordered)
        {
            while (chain.Count >= 2 && Turn(chain[^2], chain[^1], point) <= 0)
                chain.RemoveAt(chain.Count - 1);
            chain.Add(point);
        }

        return chain;
    }

    private static double Turn(double[] a, double[] b, double[] c) => ((b[0] - a[0]) * (c[1] - a[1])) - ((b[1] - a[1]) * (c[0] - a[0]));
}
