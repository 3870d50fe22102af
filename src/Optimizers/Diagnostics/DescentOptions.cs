using ConservativeAD.Optimizers;

namespace ConservativeAD.Diagnostics;

/// <summary>How a recorded descent takes its gradients.</summary>
public sealed record DescentOptions
{
    /// <summary>Which element of the subdifferential is the gradient.</summary>
    public SubgradientChoice Gradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>What backpropagation returns at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>The standard deviation of the independent normal noise that is added to each element of each gradient; 0 for none.</summary>
    public double NoiseDeviation { get; init; }

    /// <summary>Functions whose mean is F, of which one is drawn at each step with replacement; null for full gradients.</summary>
    public IReadOnlyList<Objective>? Samples { get; init; }

    /// <summary>The run ends where the norm of the full gradient is at most this; with noise or samples, and 0 here, it does not end early.</summary>
    public double StopBelow { get; init; }

    /// <summary>How many cells are visited at most where the element of least norm is asked for.</summary>
    public int CellBudget { get; init; } = 256;

    /// <summary>The seed of noise, draws and directions.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether steps follow F's own gradient.</summary>
    public bool IsDeterministic => NoiseDeviation == 0 && Samples is not { Count: > 0 };

    internal void Check()
    {
        if (!(NoiseDeviation >= 0) || !double.IsFinite(NoiseDeviation) || !(StopBelow >= 0))
            throw new ArgumentException($"A noise of deviation {NoiseDeviation} and a norm to stop below of {StopBelow} were given; neither may be negative, and the deviation must be finite.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CellBudget);
    }

    internal (double Value, double[] Gradient) GradientOf(Objective objective, double[] point, ulong draw) =>
        ChosenGradient.At(objective, point, Gradient, Selections, CellBudget, Seed, draw);
}
