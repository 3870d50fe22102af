namespace ConservativeAD.Diagnostics;

/// <summary>How a differential inclusion is integrated.</summary>
public sealed record FlowOptions
{
    /// <summary>The error that a step may make, in each variable's units.</summary>
    public double Tolerance { get; init; } = 1e-7;

    /// <summary>Kinks within this distance of a point are taken to be at it. At least twice the tolerance, so that a kink that a step reached is seen.</summary>
    public double ActiveRadius { get; init; } = 4e-7;

    /// <summary>The longest step in time.</summary>
    public double MostTime { get; init; } = double.PositiveInfinity;

    /// <summary>A norm of the direction that counts as 0, at which the flow rests.</summary>
    public double RestsBelow { get; init; } = 1e-9;

    /// <summary>Evaluations of gradients at most.</summary>
    public int EvaluationLimit { get; init; } = 2_000_000;

    /// <summary>The seed of the directions that decide at kinks.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        if (!(Tolerance > 0) || !(ActiveRadius >= 2 * Tolerance) || !double.IsFinite(ActiveRadius))
            throw new ArgumentException($"A tolerance of {Tolerance} and an active radius of {ActiveRadius} were given; the tolerance must be above 0 and the radius at least twice as large, and finite.");
        if (!(MostTime > 0) || !(RestsBelow >= 0))
            throw new ArgumentException($"A longest step of {MostTime} and a norm at rest of {RestsBelow} were given; the step must be above 0 and the norm not negative.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EvaluationLimit);
    }
}
