using ConservativeAD.Nonsmooth;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>The options of a recorded descent.</summary>
public sealed record DescentOptions
{
    /// <summary>The element of the subdifferential that is used as the gradient.</summary>
    public SubgradientChoice Gradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>The selections of backpropagation at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>The standard deviation of the independent normal noise that is added to each element of each gradient; 0 for none.</summary>
    public double NoiseDeviation { get; init; }

    /// <summary>Functions whose mean is F; each step draws one with replacement. Null for full gradients.</summary>
    public IReadOnlyList<Objective>? Samples { get; init; }

    /// <summary>The run ends when the norm of the full gradient is at most this. With 0, a run with noise or samples does not end early.</summary>
    public double StopBelow { get; init; }

    /// <summary>The most cells to visit for the element of least norm.</summary>
    public int CellBudget { get; init; } = 256;

    /// <summary>The seed of noise, draws and directions.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether steps follow F's own gradient.</summary>
    public bool IsDeterministic => NoiseDeviation == 0 && Samples is not { Count: > 0 };

    internal void Check()
    {
        if (!(NoiseDeviation >= 0) || !double.IsFinite(NoiseDeviation) || !(StopBelow >= 0))
            throw new ArgumentException(
                $"A noise of deviation {NoiseDeviation} and a norm to stop below of {StopBelow} were given; neither may be negative, and the deviation must "
                    + $"be finite.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CellBudget);
    }

    internal (double Value, double[] Gradient) GradientOf(Objective objective, double[] point, ulong draw) =>
        ChosenGradient.At(objective, point, Gradient, Selections, CellBudget, Seed, draw);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
