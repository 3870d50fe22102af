namespace ConservativeAD.Optimizers;

/// <summary>What every method for nonsmooth problems is told.</summary>
public sealed record SolverOptions
{
    /// <summary>Evaluations of value and gradient at most, those of the final measure of stationarity not counted.</summary>
    public int EvaluationLimit { get; init; } = 100_000;

    /// <summary>The distance of a set of gradients from 0 that counts as stationary.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The radius ε of the ball over which Goldstein's subdifferential is taken at the end, relative to max(1, ‖x‖∞).</summary>
    public double Radius { get; init; } = 1e-6;

    /// <summary>Which element of the subdifferential is taken as the gradient.</summary>
    public SubgradientChoice Subgradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>What backpropagation returns at kinks.</summary>
    public Selections Selections { get; init; } = Selections.PyTorch;

    /// <summary>A value at which F counts as unbounded below.</summary>
    public double UnboundedBelow { get; init; } = -1e8;

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many cells are visited at most where a Clarke subdifferential is asked for.</summary>
    public int CellBudget { get; init; } = 256;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EvaluationLimit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CellBudget);
        if (!(Tolerance > 0) || !(Radius > 0) || !double.IsFinite(Radius))
            throw new ArgumentException($"A tolerance of {Tolerance} and a radius of {Radius} were given; both must be above 0, and the radius finite.");
    }
}
