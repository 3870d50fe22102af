using System.Numerics.Tensors;

namespace ConservativeAD.Nonsmooth;

/// <summary>Arithmetic on host vectors for the geometry of subdifferentials, in addition to <see cref="TensorPrimitives"/>.</summary>
internal static class Vectors
{
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => TensorPrimitives.Dot(x, y);

    // Squares of numbers below this lose precision.
    private const double SquaresAreSafeAbove = 1e-150;

    // Distances between vectors above this may overflow; after division by the power of two below they do not.
    private const double DistanceIsSafeBelow = 1e300;
    private const int DistanceExponent = 64;

    /// <summary>The Euclidean norm, even if squares of the coordinates would overflow or underflow.</summary>
    public static double Norm(ReadOnlySpan<double> x)
    {
        double norm = TensorPrimitives.Norm(x);
        if (x.IsEmpty || (double.IsFinite(norm) && norm > SquaresAreSafeAbove))
            return norm;
        double largest = Math.Abs(TensorPrimitives.MaxMagnitude(x));
        if (largest == 0 || !double.IsFinite(largest))
            return largest;
        double[] scaled = new double[x.Length];
        TensorPrimitives.Divide(x, largest, scaled);
        return largest * TensorPrimitives.Norm(scaled);
    }

    public static double[] Scaled(ReadOnlySpan<double> x, double factor)
    {
        double[] result = new double[x.Length];
        TensorPrimitives.Multiply(x, factor, result);
        return result;
    }

    /// <summary>The binary exponent of the largest coordinate; the smallest integer if all are 0.</summary>
    public static int Exponent(ReadOnlySpan<double> x) =>
        x.IsEmpty ? int.MinValue : Math.ILogB(TensorPrimitives.MaxMagnitude(x)) is var exponent && exponent == Math.ILogB(0) ? int.MinValue : exponent;

    /// <summary>2ᵏ·x, exact as long as no coordinate overflows or becomes subnormal.</summary>
    public static double[] ScaledByPowerOfTwo(ReadOnlySpan<double> x, int exponent)
    {
        double[] result = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            result[i] = Math.ScaleB(x[i], exponent);
        return result;
    }

    /// <summary>The unit vector along a finite nonzero vector of any size.</summary>
    public static double[] Unit(ReadOnlySpan<double> x)
    {
        double norm = TensorPrimitives.Norm(x);
        if (norm is > SquaresAreSafeAbove and < double.PositiveInfinity)
            return Scaled(x, 1 / norm);
        double[] scaled = ScaledByPowerOfTwo(x, -Exponent(x));
        return Scaled(scaled, 1 / TensorPrimitives.Norm<double>(scaled));
    }

    /// <summary>The dot product of two vectors, even if products of their coordinates would overflow or underflow.</summary>
    public static double DotOfAnySize(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double product = Dot(x, y);
        if (double.IsFinite(product) && Math.Abs(product) > SquaresAreSafeAbove)
            return product;
        int a = Exponent(x), b = Exponent(y);
        if (a == int.MinValue || b == int.MinValue || a == int.MaxValue || b == int.MaxValue)
            return product;

        // Two steps, because the sum of the exponents may exceed the range of one step.
        return Math.ScaleB(Math.ScaleB(Dot(ScaledByPowerOfTwo(x, -a), ScaledByPowerOfTwo(y, -b)), a), b);
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

    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double distance = TensorPrimitives.Distance(x, y);
        return double.IsFinite(distance) && distance > SquaresAreSafeAbove ? distance : Norm(Difference(x, y));
    }

    /// <summary>The distinct points, up to a distance relative to the largest of them.</summary>
    public static List<double[]> Distinct(IEnumerable<double[]> points, double tolerance)
    {
        double[][] all = [.. points], compared = all;
        double largest = all.Length == 0 ? 0 : all.Max(point => Norm(point));
        if (largest > DistanceIsSafeBelow)
        {
            compared = [.. all.Select(point => ScaledByPowerOfTwo(point, -DistanceExponent))];
            largest = compared.Max(point => Norm(point));
        }

        List<int> distinct = [];
        for (int i = 0; i < all.Length; i++)
        {
            if (!distinct.Exists(other => Distance(compared[other], compared[i]) <= tolerance * largest))
                distinct.Add(i);
        }

        return [.. distinct.Select(i => all[i])];
    }
}
