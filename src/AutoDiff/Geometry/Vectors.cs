using System.Numerics.Tensors;

namespace ConservativeAD;

/// <summary>Arithmetic on host vectors that the geometry of subdifferentials needs beside <see cref="TensorPrimitives"/>.</summary>
internal static class Vectors
{
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => TensorPrimitives.Dot(x, y);

    public static double Norm(ReadOnlySpan<double> x) => TensorPrimitives.Norm(x);

    public static double[] Scaled(ReadOnlySpan<double> x, double factor)
    {
        double[] result = new double[x.Length];
        TensorPrimitives.Multiply(x, factor, result);
        return result;
    }

    public static double[] Difference(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double[] result = new double[x.Length];
        TensorPrimitives.Subtract(x, y, result);
        return result;
    }

    /// <summary>Σ weights[i]·points[i].</summary>
    public static double[] Combination(IReadOnlyList<double[]> points, IReadOnlyList<double> weights, int dimension)
    {
        double[] result = new double[dimension];
        for (int i = 0; i < points.Count; i++)
            TensorPrimitives.MultiplyAdd(points[i], weights[i], result, result);
        return result;
    }

    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => TensorPrimitives.Distance(x, y);

    /// <summary>The points without repetitions, up to a distance relative to the largest of them.</summary>
    public static List<double[]> Distinct(IEnumerable<double[]> points, double tolerance)
    {
        List<double[]> distinct = [];
        foreach (double[] point in points)
        {
            double near = tolerance * Math.Max(1, Norm(point));
            if (!distinct.Exists(other => Distance(other, point) <= near))
                distinct.Add(point);
        }

        return distinct;
    }
}
