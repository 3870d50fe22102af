namespace ConservativeAD.Solutions;

/// <summary>How a flow is integrated.</summary>
public sealed record IntegrationOptions
{
    /// <summary>The method.</summary>
    public FlowMethod Method { get; init; }

    /// <summary>
    /// The size of a step, above 0; the last one before an event or the end is shorter. Null for steps chosen by an estimate of their error, which
    /// <see cref="FlowMethod.DormandPrince"/> and <see cref="FlowMethod.TrBdf2"/> have.
    /// </summary>
    public double? StepSize { get; init; }

    /// <summary>The error of a chosen step, as a share of the size of each number of the state.</summary>
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>The error of a chosen step that is allowed beside that share; above 0.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-10;

    /// <summary>The largest chosen step; above 0.</summary>
    public double MaximumStepSize { get; init; } = double.PositiveInfinity;

    /// <summary>The most steps; above 0.</summary>
    public int MaximumSteps { get; init; } = 10_000_000;

    /// <summary>The most events; above 0.</summary>
    public int MaximumEvents { get; init; } = 10_000;

    /// <summary>
    /// The most states that are kept on the way, at least 2; those between are computed again when the solution is read or differentiated. Besides them the
    /// solution holds the times of its steps and, for each event, its state and slopes.
    /// </summary>
    public int KeptStates { get; init; } = 2048;

    /// <summary>The slopes at the kinks that the solution stays on; <see cref="ConservativeAD.Selections.PyTorch"/> if null.</summary>
    public Selections? Selections { get; init; }

    /// <summary>
    /// A direction of start and parameters. Kinks that the solution stays on are taken as on the piece that lies in this direction; if null, by the selections.
    /// </summary>
    public IReadOnlyList<double>? Direction { get; init; }

    /// <summary>Stops the integration.</summary>
    public CancellationToken Cancellation { get; init; }

    internal IntegrationOptions Checked()
    {
        if (StepSize is { } size && !(size > 0 && double.IsFinite(size)))
            throw new ArgumentOutOfRangeException(nameof(StepSize), size, $"A step size of {size} was given; it must be above 0.");
        if (StepSize is null && !ButcherTableau.Of(Method).EstimatesErrors)
            throw new ArgumentException($"{Method} does not estimate its errors; give a step size.", nameof(StepSize));
        if (!(RelativeTolerance >= 0) || !(AbsoluteTolerance > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(AbsoluteTolerance), AbsoluteTolerance,
                $"Tolerances of {RelativeTolerance} and {AbsoluteTolerance} were given; the relative one must be 0 or above, the absolute one above 0.");
        }

        if (!(MaximumStepSize > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(MaximumStepSize), MaximumStepSize,
                $"A largest step of {MaximumStepSize} was given; it must be above 0.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumEvents);
        ArgumentOutOfRangeException.ThrowIfLessThan(KeptStates, 2);
        return this;
    }
}
