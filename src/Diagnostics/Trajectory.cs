using System.Globalization;
using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>
/// A recorded run: the iterates θ₀, θ₁, … with their values, the norms of their gradients and the steps taken from them. Any method can record it point by
/// point, or <see cref="Descend"/> makes it.
/// </summary>
/// <param name="gradient">The kind of gradient whose norms are recorded.</param>
public sealed class Trajectory(SubgradientChoice gradient)
{
    private readonly List<double[]> points = [];
    private readonly List<double> values = [];
    private readonly List<double> norms = [];
    private readonly List<double> steps = [];
    private readonly List<double> moves = [];

    /// <summary>The kind of gradient.</summary>
    public SubgradientChoice Gradient => gradient;

    /// <summary>The number of points.</summary>
    public int Count => points.Count;

    /// <summary>F(θₖ).</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>The Euclidean norm of the full gradient at θₖ.</summary>
    public IReadOnlyList<double> GradientNorms => norms;

    /// <summary>The step size αₖ of the step from θₖ.</summary>
    public IReadOnlyList<double> StepSizes => steps;

    /// <summary>‖θₖ₊₁ − θₖ‖; one fewer than the number of points.</summary>
    public IReadOnlyList<double> Moves => moves;

    /// <summary>The iterate θₖ.</summary>
    /// <param name="index">k.</param>
    public ReadOnlySpan<double> Point(int index) => points[index];

    /// <summary>The last iterate.</summary>
    /// <exception cref="InvalidOperationException">The run has no points.</exception>
    public ReadOnlySpan<double> Last => points.Count > 0 ? points[^1] : throw new InvalidOperationException("The trajectory has no points yet.");

    /// <summary>Appends an iterate.</summary>
    /// <param name="point">θₖ; it is copied.</param>
    /// <param name="value">F(θₖ).</param>
    /// <param name="gradientNorm">The norm of the full gradient there.</param>
    /// <param name="stepSize">The step size αₖ of the next step.</param>
    /// <exception cref="ArgumentException">The point's number of variables differs from that of the earlier points, the norm is negative, or a number is not
    /// finite.</exception>
    public void Add(ReadOnlySpan<double> point, double value, double gradientNorm, double stepSize)
    {
        if (points.Count > 0 && point.Length != points[0].Length)
            throw new ArgumentException($"A point of {point.Length} variables was given to a trajectory of {points[0].Length}.", nameof(point));
        if (!double.IsFinite(value) || !double.IsFinite(gradientNorm) || gradientNorm < 0 || !double.IsFinite(stepSize))
            throw new ArgumentException(
                $"Value {value}, gradient norm {gradientNorm} and step size {stepSize} were given at point {points.Count}; they must be finite, and the "
                    + $"norm not negative.", nameof(value));
        if (points.Count > 0)
            moves.Add(TensorPrimitives.Distance(point, points[^1]));
        points.Add(point.ToArray());
        values.Add(value);
        norms.Add(gradientNorm);
        steps.Add(stepSize);
    }

    /// <summary>
    /// Runs and records gradient descent θₖ₊₁ = θₖ − αₖ·gₖ. According to the options, gₖ is the gradient of F, of a sample of F drawn at each step, or of F
    /// with noise added; the recorded gradient is that of F.
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="start">θ₀.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <param name="steps">The most steps.</param>
    /// <param name="options">The kind of gradient, the noise and the end of the run; the defaults if null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The run; it ends early if a value or gradient is not finite, or if the gradient is 0 and nothing is random.</returns>
    public static Trajectory Descend(Objective objective, ReadOnlySpan<double> start, IStepSizeSchedule schedule, int steps, DescentOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        options ??= new DescentOptions();
        options.Check();
        Trajectory run = new(options.Gradient);
        double[] x = start.ToArray(), noise = new double[x.Length];
        for (int k = 0; k <= steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            (double value, double[] full) = options.GradientOf(objective, x, (ulong)k);
            double norm = TensorPrimitives.Norm<double>(full), size = schedule.StepSize(k);
            if (!double.IsFinite(value) || !double.IsFinite(norm))
                return run;
            run.Add(x, value, norm, size);
            if (k == steps || (norm <= options.StopBelow && (options.IsDeterministic || options.StopBelow > 0)))
                return run;
            double[] direction = options.Samples is { Count: > 0 } samples
                ? options.GradientOf(samples[Draw(options.Seed, k, samples.Count)], x, (ulong)k).Gradient
                : full;
            if (options.NoiseDeviation > 0)
            {
                Philox.For(options.Seed, (uint)Streams.GradientNoise, (ulong)k).Normal<double>(noise, 0, options.NoiseDeviation);
                TensorPrimitives.Add(direction, noise, direction);
            }

            TensorPrimitives.MultiplyAdd(direction, -size, x, x);
        }

        return run;
    }

    private static int Draw(ulong seed, int step, int count)
    {
        double[] uniform = new double[1];
        Philox.For(seed, (uint)Streams.Samples, (ulong)step).Uniform<double>(uniform, 0, 1);
        return Math.Min((int)(uniform[0] * count), count - 1);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"trajectory of {Count} points{(Count == 0 ? "" : $", values from {VectorText.Number(values[0])} to {VectorText.Number(values[^1])}")}");
}
