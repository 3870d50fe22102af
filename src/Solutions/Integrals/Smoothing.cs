using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solutions;

/// <summary>
/// Gradients of a function that is smoothed by random steps, beside Goldstein's element of least norm and beside Clarke's subdifferential: what each is biased
/// by, and how much it scatters.
/// </summary>
public static class Smoothing
{
    /// <summary>All estimators at a point, with the same directions.</summary>
    /// <param name="objective">The function.</param>
    /// <param name="point">x.</param>
    /// <param name="options">How it is smoothed and sampled; the defaults if null.</param>
    public static IReadOnlyList<SmoothingEstimate> Compare(Objective objective, ReadOnlySpan<double> point, SmoothingOptions? options = null)
    {
        double[] x = point.ToArray();
        Reference reference = Reference.Of(objective, x);
        return [.. Enum.GetValues<SmoothingEstimator>().Select(estimator => Estimate(objective, x, estimator, reference, (options ?? new()).Checked()))];
    }

    /// <summary>One estimator at a point.</summary>
    /// <param name="objective">The function.</param>
    /// <param name="point">x.</param>
    /// <param name="estimator">The estimator.</param>
    /// <param name="options">How it is smoothed and sampled; the defaults if null.</param>
    public static SmoothingEstimate Estimate(Objective objective, ReadOnlySpan<double> point, SmoothingEstimator estimator, SmoothingOptions? options = null)
    {
        double[] x = point.ToArray();
        return Estimate(objective, x, estimator, Reference.Of(objective, x), (options ?? new()).Checked());
    }

    private static SmoothingEstimate Estimate(Objective objective, double[] x, SmoothingEstimator estimator, Reference reference, SmoothingOptions how)
    {
        if (estimator == SmoothingEstimator.Goldstein)
        {
            GoldsteinSubdifferential set = Clarke.Goldstein(objective, x, how.Radius, how.Samples, how.Seed);
            double[] least = [.. set.MinimalNormElement];
            return new SmoothingEstimate(estimator, [.. least.Select(element => new Interval(element, 0, 0))], 0, 0, reference.DistanceTo(least), 0, set.Points)
            {
                Warning = set.PointsLeftOut > 0 ? $"{set.PointsLeftOut} points were left out, as no gradient is certified there" : null,
            };
        }

        double center = objective.Value(x);
        double[] step = new double[x.Length], moved = new double[x.Length], sample = new double[x.Length];
        RunningMean mean = new(x.Length);
        bool takesGradients = estimator is SmoothingEstimator.NormalGradients or SmoothingEstimator.BallGradients;
        string? warning = null;
        for (int i = 0; i < how.Samples; i++)
        {
            how.Cancellation.ThrowIfCancellationRequested();
            Draw(estimator, how.Seed, i, step);
            Move(x, how.Radius, step, moved);
            if (takesGradients)
            {
                objective.Gradient(moved, sample);
                warning ??= WhyWrong(objective, moved);
            }
            else
            {
                double ahead = objective.Value(moved), behind = center, length = how.Radius;
                if (estimator == SmoothingEstimator.NormalSymmetricDifferences)
                {
                    Move(x, -how.Radius, step, moved);
                    (behind, length) = (objective.Value(moved), 2 * how.Radius);
                }

                TensorPrimitives.Multiply(step, (ahead - behind) / length, sample);
            }

            mean.Add(sample);
        }

        double deviation = Math.Sqrt(mean.TotalVariance);
        int values = takesGradients ? 0 : estimator == SmoothingEstimator.NormalDifferences ? how.Samples + 1 : 2 * how.Samples;
        return new SmoothingEstimate(estimator, [.. Enumerable.Range(0, x.Length).Select(k => mean.Of(k, how.Level))], deviation,
            deviation / Math.Sqrt(how.Samples), reference.DistanceTo(mean.Means.ToArray()), values, takesGradients ? how.Samples : 0)
        {
            Warning = !Array.TrueForAll(mean.Means.ToArray(), double.IsFinite) ? "a value or gradient is not finite" : warning,
        };
    }

    // A normal step, or one that is uniform in the unit ball: its direction, and the root of a uniform number for its length.
    private static void Draw(SmoothingEstimator estimator, ulong seed, int index, double[] step)
    {
        Philox random = Philox.For(seed, (uint)Streams.SmoothingDirections, (ulong)index);
        random.Normal<double>(step, 0, 1);
        if (estimator != SmoothingEstimator.BallGradients)
            return;
        Span<double> length = [0];
        random.Uniform<double>(length, 0, 1, (ulong)step.Length + 4);
        TensorPrimitives.Multiply(step, Math.Pow(length[0], 1.0 / step.Length) / TensorPrimitives.Norm<double>(step), step);
    }

    private static void Move(double[] x, double radius, double[] step, double[] moved)
    {
        for (int k = 0; k < x.Length; k++)
            moved[k] = x[k] + (radius * step[k]);
    }

    private static string? WhyWrong(Objective objective, double[] point)
    {
        TameCertificate facts = Tame.Certify(objective, point);
        return facts.IsLocallyLipschitz == true ? null
            : $"{facts.WhyNotLipschitz}: a mean of gradients is the gradient of the smoothed function for locally Lipschitz functions";
    }

    // Clarke's subdifferential at the point, where all of it is known. An element or a part would show a bias where there is none.
    private sealed record Reference(IReadOnlyList<double[]>? Limits)
    {
        public static Reference Of(Objective objective, double[] x)
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, x);
            return new Reference(set.IsExact && set.Certificate.IsCertified ? set.Generators : null);
        }

        public double? DistanceTo(double[] gradient) => Limits is null || !Array.TrueForAll(gradient, double.IsFinite)
            ? null
            : MinimalNormPoint.Of([.. Limits.Select(limit => Vectors.Difference(limit, gradient))]).Distance.Upper;
    }
}
