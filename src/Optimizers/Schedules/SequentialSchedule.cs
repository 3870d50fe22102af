namespace ConservativeAD.Optimizers;

/// <summary>
/// One schedule after another, each from its own step 0: PyTorch's SequentialLR. Finitely many steps decide nothing, so the facts are those of the last
/// schedule, with the steps before added.
/// </summary>
public sealed record SequentialSchedule : IStepSizeSchedule, IKeepsProgress, IBecomesConstant
{
    private readonly IStepSizeSchedule[] parts;
    private readonly long[] milestones;

    /// <summary>Makes the schedule.</summary>
    /// <param name="parts">The schedules, at least one.</param>
    /// <param name="milestones">The step at which each schedule after the first begins, positive and rising.</param>
    /// <exception cref="ArgumentException">The numbers do not fit, or the milestones do not rise.</exception>
    public SequentialSchedule(IReadOnlyList<IStepSizeSchedule> parts, IReadOnlyList<long> milestones)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(milestones);
        if (parts.Count == 0 || milestones.Count != parts.Count - 1)
            throw new ArgumentException(
                $"{parts.Count} schedules and {milestones.Count} milestones were given; there must be a milestone between any two schedules.",
                nameof(milestones));
        for (int i = 0; i < milestones.Count; i++)
        {
            if (milestones[i] <= (i == 0 ? 0 : milestones[i - 1]))
                throw new ArgumentException($"Milestones of [{string.Join(", ", milestones)}] were given; they must be positive and rise.", nameof(milestones));
        }

        this.parts = [.. parts];
        this.milestones = [.. milestones];
    }

    /// <summary>The schedules.</summary>
    public IReadOnlyList<IStepSizeSchedule> Parts => parts;

    /// <summary>The step at which each schedule after the first begins.</summary>
    public IReadOnlyList<long> Milestones => milestones;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => Add(parts[^1].SumOfSteps, false);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => Add(parts[^1].SumOfSquares, true);

    /// <inheritdoc/>
    public bool StepsVanish => parts[^1].StepsVanish;

    long? IBecomesConstant.ConstantFrom => (parts[^1] as IBecomesConstant)?.ConstantFrom + Start(parts.Length - 1);

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        int part = 0;
        while (part < milestones.Length && milestones[part] <= step)
            part++;
        return parts[part].StepSize(step - Start(part));
    }

    /// <inheritdoc/>
    public bool Equals(SequentialSchedule? other) =>
        other is not null && parts.SequenceEqual(other.parts) && milestones.AsSpan().SequenceEqual(other.milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(parts.Length, parts[0]);

    private long Start(int part) => part == 0 ? 0 : milestones[part - 1];

    private SeriesBehaviour Add(SeriesBehaviour last, bool squares)
    {
        if (last.Limit is SeriesLimit.Diverges or SeriesLimit.Unknown)
            return last;
        long start = Start(parts.Length - 1);
        (double steps, double ofSquares) = ((IStepSizeSchedule)this).PartialSums(start);
        return last with { Value = last.Value + (squares ? ofSquares : steps), Horizon = last.Horizon + start };
    }

    /// <inheritdoc/>
    IReadOnlyDictionary<string, double> IKeepsProgress.Progress => PartProgress.Of(parts);

    /// <inheritdoc/>
    void IKeepsProgress.RestoreProgress(IReadOnlyDictionary<string, double> progress) => PartProgress.Restore(parts, progress);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
