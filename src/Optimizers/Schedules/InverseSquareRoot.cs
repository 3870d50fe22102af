namespace ConservativeAD.Optimizers;

/// <summary>
/// αₖ = α₀/√(1 + k/k₀): the steps vanish and their sum diverges, but so does that of their squares (harmonic). With a linear <see cref="WarmUp"/> in front it
/// is the schedule of Vaswani et al. 2017.
/// </summary>
public sealed record InverseSquareRoot : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="scale">k₀, positive; after 3·k₀ steps the size is halved.</param>
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
    public bool StepsVanish => true;

    /// <inheritdoc/>
    public double StepSize(long step) => Initial / Math.Sqrt(1 + (Demand.AtLeast(0, step, nameof(step)) / Scale));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
