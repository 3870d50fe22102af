namespace ConservativeAD.Optimizers;

/// <summary>αₖ = α₀ / √(1 + k/k₀): the steps shrink to 0, yet Σ αₖ = ∞ and, as the harmonic series does, Σ αₖ² = ∞ (Nemirovski, Juditsky, Lan and Shapiro, SIAM J. Optim. 19, 2009, for averaged iterates).</summary>
public sealed record InverseSquareRoot : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="scale">k₀, positive: after 3k₀ steps the size has halved.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public InverseSquareRoot(double initial, double scale = 1)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        Scale = Demand.Positive(scale, nameof(scale));
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>k₀.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public double StepSize(long step) => Initial / Math.Sqrt(1 + (Demand.AtLeast(0, step, nameof(step)) / Scale));
}
