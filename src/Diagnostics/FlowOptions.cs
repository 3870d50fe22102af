namespace ConservativeAD.Diagnostics;

/// <summary>The options for integrating a differential inclusion.</summary>
public sealed record FlowOptions
{
    /// <summary>The largest error of a step, in each variable's units.</summary>
    public double Tolerance { get; init; } = 1e-7;

    /// <summary>
    /// Kinks within this distance of a point count as at the point. At least twice the tolerance, so that a kink reached by a step is noticed.
    /// </summary>
    public double ActiveRadius { get; init; } = 4e-7;

    /// <summary>The largest time step.</summary>
    public double MaximumTime { get; init; } = double.PositiveInfinity;

    /// <summary>The norm of the direction at or below which the flow is at rest.</summary>
    public double RestsBelow { get; init; } = 1e-9;

    /// <summary>The most evaluations of gradients.</summary>
    public int EvaluationLimit { get; init; } = 2_000_000;

    /// <summary>The seed of the directions that select at kinks.</summary>
    public ulong Seed { get; init; }

    internal void Check()
    {
        if (!(Tolerance > 0) || !(ActiveRadius >= 2 * Tolerance) || !double.IsFinite(ActiveRadius))
            throw new ArgumentException(
                $"A tolerance of {Tolerance} and an active radius of {ActiveRadius} were given; the tolerance must be above 0 and the radius at least twice "
                    + $"as large, and finite.");
        if (!(MaximumTime > 0) || !(RestsBelow >= 0))
            throw new ArgumentException(
                $"A longest step of {MaximumTime} and a norm at rest of {RestsBelow} were given; the step must be above 0 and the norm not negative.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EvaluationLimit);
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
