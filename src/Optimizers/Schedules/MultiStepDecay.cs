namespace ConservativeAD.Optimizers;

/// <summary>
/// αₖ = α₀ γᵐ with m the number of milestones up to k, PyTorch's MultiStepLR. The size is constant, and positive, from the last milestone on: both sums
/// diverge.
/// </summary>
public sealed record MultiStepDecay : IStepSizeSchedule, IBecomesConstant
{
    private readonly long[] milestones;

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, positive.</param>
    /// <param name="milestones">The steps at which the size is multiplied; one that stands twice multiplies twice.</param>
    /// <param name="factor">γ, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public MultiStepDecay(double initial, IReadOnlyList<long> milestones, double factor = 0.1)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        Initial = Demand.Positive(initial, nameof(initial));
        Factor = Demand.Positive(factor, nameof(factor));
        foreach (long milestone in milestones)
            Demand.AtLeast(0, milestone, nameof(milestones));
        this.milestones = [.. milestones.Order()];
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>The steps at which the size is multiplied, in order.</summary>
    public IReadOnlyList<long> Milestones => milestones;

    /// <summary>γ.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    long? IBecomesConstant.ConstantFrom => milestones.Length == 0 ? 0 : milestones[^1];

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        int passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step)
            passed++;
        return Initial * Math.Pow(Factor, passed);
    }

    /// <inheritdoc/>
    public bool Equals(MultiStepDecay? other) =>
        other is not null && Initial == other.Initial && Factor == other.Factor && milestones.AsSpan().SequenceEqual(other.milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Initial, Factor, milestones.Length);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
