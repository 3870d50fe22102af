namespace ConservativeAD.Optimizers;

/// <summary>αₖ = α₀ γᵏ, PyTorch's ExponentialLR. Σ αₖ = α₀/(1 − γ) is finite, so a run may stop before it reaches a critical point.</summary>
public sealed record ExponentialDecay : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="factor">γ, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public ExponentialDecay(double initial, double factor)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        Factor = Demand.InsideUnitInterval(factor, nameof(factor));
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>γ.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Converges(Initial / (1 - Factor));

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Converges(Initial * Initial / (1 - (Factor * Factor)));

    /// <inheritdoc/>
    public double StepSize(long step) => Initial * Math.Pow(Factor, Demand.AtLeast(0, step, nameof(step)));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
