using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>The proximal operators and projections of the library (N. Parikh and S. Boyd, Proximal Algorithms, 2014, chapter 6, for the formulas).</summary>
public static class ProximalOperators
{
    // A point this close to a set counts as inside, to allow for rounding.
    private const double Inside = 1e-9;

    /// <summary>λ‖x‖₁: soft thresholding.</summary>
    /// <param name="weight">λ, above 0.</param>
    public static IProximalOperator L1Norm(double weight) => new GroupOperator(Positive(weight), 1);

    /// <summary>λ·Σ‖group‖₂ over consecutive groups of one size: block soft thresholding.</summary>
    /// <param name="weight">λ, above 0.</param>
    /// <param name="groupSize">The size; it divides the number of variables.</param>
    public static IProximalOperator GroupNorm(double weight, int groupSize) => groupSize > 0
        ? new GroupOperator(Positive(weight), groupSize)
        : throw new ArgumentOutOfRangeException(nameof(groupSize), groupSize, $"Groups of {groupSize} variables were asked for; there must be at least 1.");

    /// <summary>λ·Σ|xᵢ₊₁ − xᵢ|, total variation in one dimension.</summary>
    /// <param name="weight">λ, above 0.</param>
    public static IProximalOperator TotalVariation(double weight) => new TotalVariationOperator(Positive(weight));

    /// <summary>λ times the nuclear norm of a matrix, the sum of its singular values: singular values are thresholded.</summary>
    /// <param name="weight">λ, above 0.</param>
    /// <param name="rows">The number of rows of the matrix; points hold it in row-major order.</param>
    public static IProximalOperator NuclearNorm(double weight, int rows) => rows > 0
        ? new NuclearNormOperator(Positive(weight), rows)
        : throw new ArgumentOutOfRangeException(nameof(rows), rows, $"A matrix of {rows} rows was asked for; it must have at least 1.");

    /// <summary>λ‖x‖₁ + ½μ‖x‖₂²: soft thresholding, then a division by 1 + tμ (H. Zou and T. Hastie, J. R. Stat. Soc. B 2005).</summary>
    /// <param name="weight">λ, above 0.</param>
    /// <param name="ridge">μ, above 0.</param>
    public static IProximalOperator ElasticNet(double weight, double ridge) => new ElasticNetOperator(Positive(weight), Positive(ridge));

    /// <summary>The positive semidefinite matrices among all square ones.</summary>
    /// <param name="rows">The number of rows of a matrix; points hold it in row-major order.</param>
    public static IProximalOperator PositiveSemidefinite(int rows) => rows > 0
        ? new SemidefiniteOperator(rows)
        : throw new ArgumentOutOfRangeException(nameof(rows), rows, $"A matrix of {rows} rows was asked for; it must have at least 1.");

    /// <summary>The box lower ≤ xᵢ ≤ upper; with bounds −r and r, it is the ball of radius r in the maximum norm.</summary>
    /// <param name="lower">The least value.</param>
    /// <param name="upper">The greatest, not below the least.</param>
    public static IProximalOperator Box(double lower, double upper) => lower <= upper
        ? new Projection(
            x => x.All(value => value >= lower - Inside && value <= upper + Inside),
            x => [.. x.Select(value => Math.Clamp(value, lower, upper))],
            (x, v) => [.. x.Select((value, i) => value > lower && value < upper ? v[i] : 0)])
        : throw new ArgumentException($"A box from {lower} to {upper} was asked for; the lower bound must not be above the upper.", nameof(lower));

    /// <summary>The Euclidean ball ‖x‖₂ ≤ r.</summary>
    /// <param name="radius">r, above 0.</param>
    public static IProximalOperator EuclideanBall(double radius)
    {
        Positive(radius);
        return new Projection(
            x => TensorPrimitives.Norm<double>(x) <= radius * (1 + Inside),
            x => TensorPrimitives.Norm<double>(x) is var norm && norm <= radius ? [.. x] : [.. x.Select(value => radius * value / norm)],
            (x, v) =>
            {
                double norm = TensorPrimitives.Norm<double>(x);
                double along = TensorPrimitives.Dot<double>(x, v) / (norm * norm);
                return norm <= radius ? [.. v] : [.. v.Select((value, i) => radius / norm * (value - (along * x[i])))];
            });
    }

    /// <summary>The simplex xᵢ ≥ 0, Σxᵢ = s.</summary>
    /// <param name="sum">s, above 0.</param>
    public static IProximalOperator Simplex(double sum = 1)
    {
        Positive(sum);
        return new Projection(
            x => x.All(value => value >= -Inside * sum) && Math.Abs(x.Sum() - sum) <= Inside * sum * x.Length,
            x => SimplexLevel.Of(x, sum) is var level ? [.. x.Select(value => Math.Max(0, level.Over(value)))] : [],
            (x, v) => Centred(x, v, SimplexLevel.Of(x, sum)));
    }

    /// <summary>The ball ‖x‖₁ ≤ r.</summary>
    /// <param name="radius">r, above 0.</param>
    public static IProximalOperator L1Ball(double radius)
    {
        Positive(radius);
        double[] Sizes(double[] x) => [.. x.Select(Math.Abs)];
        double[] Signed(double[] x, double[] sizes) => [.. x.Select((value, i) => Math.CopySign(1, value) * sizes[i])];
        return new Projection(
            x => x.Sum(Math.Abs) <= radius * (1 + Inside),
            x => x.Sum(Math.Abs) <= radius
                ? [.. x]
                : SimplexLevel.Of(Sizes(x), radius) is var level ? Signed(x, [.. x.Select(value => Math.Max(0, level.Over(Math.Abs(value))))])
                : [],
            (x, v) => x.Sum(Math.Abs) <= radius ? [.. v] : Signed(x, Centred(Sizes(x), Signed(x, v), SimplexLevel.Of(Sizes(x), radius))));
    }

    // For elements above the level, v minus the mean of v over them; 0 for the others.
    private static double[] Centred(double[] x, double[] v, SimplexLevel level)
    {
        int count = x.Count(value => level.Over(value) > 0);
        double mean = x.Zip(v, (value, part) => level.Over(value) > 0 ? part : 0).Sum() / count;
        return [.. x.Select((value, i) => level.Over(value) > 0 ? v[i] - mean : 0)];
    }

    private static double Positive(double value) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A weight or radius of {value} was given; it must be above 0 and finite.");

    private sealed class Projection(Func<double[], bool> contains, Func<double[], double[]> project, Func<double[], double[], double[]> product)
        : IProximalOperator
    {
        public double Value(ReadOnlySpan<double> point) => contains(point.ToArray()) ? 0 : double.PositiveInfinity;

        public double[] Apply(ReadOnlySpan<double> point, double step) => project(point.ToArray());

        public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step) => product(point.ToArray(), vector.ToArray());
    }

    private sealed class ElasticNetOperator(double weight, double ridge) : IProximalOperator
    {
        private readonly GroupOperator sparse = new(weight, 1);

        public double Value(ReadOnlySpan<double> point) => sparse.Value(point) + (0.5 * ridge * TensorPrimitives.SumOfSquares(point));

        public double[] Apply(ReadOnlySpan<double> point, double step) => Shrunk(sparse.Apply(point, step), step);

        public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step) =>
            Shrunk(sparse.JacobianProduct(point, vector, step), step);

        private double[] Shrunk(double[] x, double step)
        {
            TensorPrimitives.Divide(x, 1 + (step * ridge), x);
            return x;
        }
    }

    private sealed class GroupOperator(double weight, int size) : IProximalOperator
    {
        public double Value(ReadOnlySpan<double> point)
        {
            double sum = 0;
            for (int start = 0; start < Checked(point); start += size)
                sum += TensorPrimitives.Norm(point.Slice(start, size));
            return weight * sum;
        }

        public double[] Apply(ReadOnlySpan<double> point, double step)
        {
            double[] result = new double[Checked(point)];
            for (int start = 0; start < result.Length; start += size)
            {
                double norm = TensorPrimitives.Norm(point.Slice(start, size));
                if (norm > step * weight)
                    TensorPrimitives.Multiply(point.Slice(start, size), 1 - (step * weight / norm), result.AsSpan(start, size));
            }

            return result;
        }

        // For a group b whose norm is above λ: (1 − λ/‖b‖)·I + λ·bb'/‖b‖³.
        public double[] JacobianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, double step)
        {
            double[] result = new double[Checked(point)];
            for (int start = 0; start < result.Length; start += size)
            {
                ReadOnlySpan<double> group = point.Slice(start, size), part = vector.Slice(start, size);
                double norm = TensorPrimitives.Norm(group), share = step * weight / norm;
                if (!(share < 1))
                    continue;
                Span<double> target = result.AsSpan(start, size);
                TensorPrimitives.Multiply(part, 1 - share, target);
                TensorPrimitives.MultiplyAdd(group, share * TensorPrimitives.Dot(group, part) / (norm * norm), target, target);
            }

            return result;
        }

        private int Checked(ReadOnlySpan<double> point) => point.Length % size == 0
            ? point.Length
            : throw new ArgumentException($"Groups of {size} variables do not divide a point of {point.Length}.", nameof(point));
    }
}
