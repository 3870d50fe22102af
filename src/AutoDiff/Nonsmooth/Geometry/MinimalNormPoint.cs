using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>The point of least norm in the convex hull of finitely many points, by the algorithm of P. Wolfe (Math. Program. 11, 1976).</summary>
/// <remarks>
/// Points are first divided by a power of two, so that products neither overflow nor underflow: the hull of points that are 2ᵏ times as large has a result that
/// is 2ᵏ times as large, bit for bit.
/// </remarks>
/// <param name="Point">The point; its norm is the distance of the hull from 0.</param>
/// <param name="Weights">The weights of the given points that combine to it; they are nonnegative and sum to 1.</param>
public sealed record MinimalNormPoint(double[] Point, double[] Weights)
{
    // The rounding error of a product of two vectors, relative to their sizes.
    private const double Accuracy = 1e-14;

    // A lower bound this close to the norm, relatively, equals the norm up to rounding.
    private const double SameDistance = 1e-9;

    /// <summary>
    /// The distance of the hull from 0, in general known up to rounding. If the points differ greatly in size, or surround 0 so closely that rounding decides,
    /// these are only bounds.
    /// </summary>
    public Bounds Distance { get; private init; }

    /// <summary>Computes the point.</summary>
    /// <param name="points">At least one point; all of the same dimension, with finite coordinates.</param>
    /// <exception cref="ArgumentException">There are no points, they differ in dimension, or a coordinate is not finite.</exception>
    public static MinimalNormPoint Of(IReadOnlyList<double[]> points) => Of(points, null);

    /// <summary>Like <see cref="Of(IReadOnlyList{double[]})"/>, but returns the best point so far when the budget is spent.</summary>
    internal static MinimalNormPoint Of(IReadOnlyList<double[]> points, WorkBudget? work)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0)
            throw new ArgumentException("The convex hull of no points is empty and has no point of least norm.", nameof(points));
        int dimension = points[0].Length, exponent = int.MinValue;
        for (int i = 0; i < points.Count; i++)
        {
            if (points[i].Length != dimension)
                throw new ArgumentException($"Points of dimension {dimension} and {points[i].Length} were given; they must be equal.", nameof(points));
            int bad = Array.FindIndex(points[i], coordinate => !double.IsFinite(coordinate));
            if (bad >= 0)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"Point {i} of {points.Count} has the coordinate {points[i][bad]} at {bad}; coordinates must be finite."), nameof(points));
            exponent = Math.Max(exponent, Vectors.Exponent(points[i]));
        }

        if (exponent is 0 or int.MinValue)
            return OfScaled(points, work);
        MinimalNormPoint scaled = OfScaled([.. points.Select(point => Vectors.ScaledByPowerOfTwo(point, -exponent))], work);

        // If the upper bound overflows, it is infinite, while the lower bound is the largest finite number.
        double lower = Math.Min(Math.ScaleB(scaled.Distance.Lower, exponent), double.MaxValue), upper = Math.ScaleB(scaled.Distance.Upper, exponent);
        return new MinimalNormPoint(Vectors.ScaledByPowerOfTwo(scaled.Point, exponent), scaled.Weights) { Distance = new Bounds(lower, upper) };
    }

    /// <summary>Point, weights and distance.</summary>
    public override string ToString() =>
        $"{VectorText.Of(Point)}, mixed with weights {VectorText.Of(Weights)}; distance from 0: {Distance}";

    // The largest coordinate has the exponent 0.
    private static MinimalNormPoint OfScaled(IReadOnlyList<double[]> points, WorkBudget? work)
    {
        SimplexQuadratic hull = new(points);
        hull.Solve(work: work);
        double[] normal = hull.Normal(), best = hull.Combination;
        double norm = Vectors.Norm(best), lower = 0;

        // For every unit vector u, no point of the hull is closer to 0 than min ⟨pᵢ, u⟩. The rounding error grows with the size of the point.
        foreach (double[] direction in (double[][])[best, normal])
        {
            if (Vectors.Norm(direction) == 0)
                continue;
            double[] unit = Vectors.Unit(direction);
            lower = Math.Max(lower, points.Min(point => Vectors.Dot(point, unit) - (Accuracy * Vectors.Norm(point))));
        }

        if (lower >= norm * (1 - SameDistance))
            lower = norm;
        return new MinimalNormPoint(best, [.. hull.Weights]) { Distance = new Bounds(lower, norm) };
    }
}
