using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>The model of a sample's function that a step minimises, with ‖y − x‖²/(2α) added.</summary>
public enum SampleModel
{
    /// <summary>The linearisation: the stochastic subgradient method, or with a proximal operator the stochastic proximal gradient method.</summary>
    Linear,

    /// <summary>The linearisation, truncated at a lower bound: x − min{α, (fᵢ(x) − bound)/‖g‖²}·g.</summary>
    Truncated,

    /// <summary>The function itself: the stochastic proximal point method. The functions must be convex.</summary>
    ProximalPoint,
}

/// <summary>The result of a model-based method.</summary>
/// <param name="Point">The last iterate.</param>
/// <param name="Average">The average of the iterates, weighted by their steps.</param>
/// <param name="Evaluations">The number of evaluations of value and gradient of single functions.</param>
public sealed record SampleRun(IReadOnlyList<double> Point, IReadOnlyList<double> Average, int Evaluations)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>
/// Minimises the mean of functions fᵢ, plus h if one is given, by drawing one of them at each step and minimising a model of it nearby (aProx: H. Asi and J.
/// Duchi, SIAM J. Optim. 2019). If one point minimises all functions, truncated models and proximal points are stable for any first step size; the linear model
/// is not.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Schedule">α.</param>
public sealed record ModelBasedMethod(SampleModel Model, IStepSizeSchedule Schedule)
{
    private const int MaximumPlanes = 200;
    private const double Accuracy = 1e-12;

    /// <summary>A lower bound of every fᵢ, for truncated models.</summary>
    public double LowerBound { get; init; }

    /// <summary>h, for linear models; none if null.</summary>
    public IProximalOperator? Regularizer { get; init; }

    /// <summary>The element of a subdifferential that is used as the gradient.</summary>
    public SubgradientChoice Gradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>The selections of backpropagation at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>The most cells to visit for the element of least norm.</summary>
    public int CellBudget { get; init; } = 256;

    /// <summary>The seed of draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>Minimises.</summary>
    /// <param name="samples">The functions.</param>
    /// <param name="start">The starting point.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">There are no functions, a regulariser is combined with a model that is not linear, or a value is below the lower
    /// bound.</exception>
    /// <exception cref="ArithmeticException">A value or gradient is not finite.</exception>
    public SampleRun Minimize(IReadOnlyList<Objective> samples, ReadOnlySpan<double> start, int steps, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (samples.Count == 0)
            throw new ArgumentException("No functions were given.", nameof(samples));
        if (Regularizer is not null && Model != SampleModel.Linear)
            throw new ArgumentException($"A regulariser goes with the linear model; the model is {Model}.", nameof(samples));
        double[] x = start.ToArray(), average = new double[x.Length], uniform = new double[1];
        double weights = 0;
        int evaluations = 0;
        for (int k = 0; k < steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            Philox.For(Seed, (uint)Streams.Samples, (ulong)k).Uniform<double>(uniform, 0, 1);
            Objective sample = samples[Math.Min((int)(uniform[0] * samples.Count), samples.Count - 1)];
            double step = Schedule.StepSize(k);
            if (step > 0)
                x = Step(sample, x, step, ref evaluations);
            weights += step;
            for (int i = 0; i < x.Length && weights > 0; i++)
                average[i] += step / weights * (x[i] - average[i]);
        }

        return new SampleRun(x, steps > 0 ? average : x, evaluations);
    }

    private double[] Step(Objective sample, double[] x, double step, ref int evaluations)
    {
        Iterate centre = At(sample, x, ref evaluations);
        if (Model == SampleModel.ProximalPoint)
            return ProximalPoint(sample, centre, step, ref evaluations);
        double length = step;
        if (Model == SampleModel.Truncated)
        {
            if (centre.Value < LowerBound)
                throw new ArgumentException($"A function has the value {centre.Value}, which is below the lower bound {LowerBound}.");
            double square = TensorPrimitives.SumOfSquares<double>(centre.Gradient);
            length = square > 0 ? Math.Min(step, (centre.Value - LowerBound) / square) : 0;
        }

        double[] next = new double[x.Length];
        TensorPrimitives.MultiplyAdd(centre.Gradient, -length, x, next);
        return Regularizer?.Apply(next, step) ?? next;
    }

    // Replaces the function by the maximum of linearisations, and adds more until the maximum is exact at its proximal point.
    private double[] ProximalPoint(Objective sample, Iterate centre, double step, ref int evaluations)
    {
        CuttingPlanes planes = new(centre.Point.Length);
        planes.Add(centre, centre);
        double[] point = centre.Point;
        for (int i = 0; i < MaximumPlanes; i++)
        {
            planes.Solve(1 / step);
            double[] next = new double[point.Length];
            TensorPrimitives.MultiplyAdd(planes.Aggregate, -step, centre.Point, next);
            Iterate trial = At(sample, next, ref evaluations);
            double model = centre.Value - planes.AggregateError - (step * TensorPrimitives.SumOfSquares<double>(planes.Aggregate));
            point = next;
            if (trial.Value - model <= Accuracy * Math.Max(1, Math.Abs(centre.Value)))
                break;
            planes.Add(centre, trial);
        }

        return point;
    }

    private Iterate At(Objective sample, double[] point, ref int evaluations)
    {
        (double value, double[] gradient) = ChosenGradient.At(sample, point, Gradient, Selections, CellBudget, Seed, (ulong)evaluations++);
        Iterate at = new(point, value, gradient);
        return at.IsFinite
            ? at
            : throw new ArithmeticException($"After {evaluations} evaluations the value {value} of a function or its gradient is not finite.");
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
