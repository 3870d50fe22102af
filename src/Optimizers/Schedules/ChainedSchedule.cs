namespace ConservativeAD.Optimizers;

/// <summary>
/// The product of schedules, αₖ = f₁(k)·f₂(k)·…: PyTorch's ChainedScheduler, whose schedules multiply one rate, so that all but one have the first size 1 here.
/// </summary>
/// <remarks>
/// Facts follow where all factors but one become constant: the product's sums then behave as that factor's. A factor that ends at 0 ends the product. Of other
/// products nothing is known, and nothing is certified.
/// </remarks>
public sealed record ChainedSchedule : IStepSizeSchedule, IKeepsProgress, IBecomesConstant
{
    private readonly IStepSizeSchedule[] factors;

    /// <summary>Makes the schedule.</summary>
    /// <param name="factors">The schedules, at least one.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public ChainedSchedule(params IReadOnlyList<IStepSizeSchedule> factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        if (factors.Count == 0)
            throw new ArgumentException("A product of schedules needs at least one; none was given.", nameof(factors));
        this.factors = [.. factors];
    }

    /// <summary>The schedules.</summary>
    public IReadOnlyList<IStepSizeSchedule> Factors => factors;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => Sum(false);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => Sum(true);

    /// <inheritdoc/>
    public bool StepsVanish => End is not null || (Changing is [var one] && one.StepsVanish);

    long? IBecomesConstant.ConstantFrom => End ?? (Changing.Length == 0 ? LastChange : null);

    // The step from which the product is 0.
    private long? End => factors.Min(factor => factor.SumOfSteps is { Limit: SeriesLimit.FiniteHorizon } ends ? ends.Horizon : null);

    private IStepSizeSchedule[] Changing => [.. factors.Where(factor => (factor as IBecomesConstant)?.ConstantFrom is null)];

    // The step from which all other factors are constant.
    private long LastChange => factors.Max(factor => (factor as IBecomesConstant)?.ConstantFrom) ?? 0;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        double product = 1;
        foreach (IStepSizeSchedule factor in factors)
            product *= factor.StepSize(step);
        return product;
    }

    /// <inheritdoc/>
    public bool Equals(ChainedSchedule? other) => other is not null && factors.SequenceEqual(other.factors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(factors.Length, factors[0]);

    private SeriesBehaviour Sum(bool squares)
    {
        if (End is { } end)
            return SeriesBehaviour.Finite(end, Partial(this, end, squares));
        if (Changing.Length == 0)
            return SeriesBehaviour.Diverges;
        if (Changing is not [var one])
            return SeriesBehaviour.Unknown;
        SeriesBehaviour known = squares ? one.SumOfSquares : one.SumOfSteps;
        if (known.Limit != SeriesLimit.Converges)
            return known;
        long start = LastChange;
        double rest = 1;
        foreach (IStepSizeSchedule factor in factors)
            rest *= ReferenceEquals(factor, one) ? 1 : factor.StepSize(start);
        return SeriesBehaviour.Converges(Partial(this, start, squares) + ((squares ? rest * rest : rest) * (known.Value - Partial(one, start, squares))));
    }

    private static double Partial(IStepSizeSchedule schedule, long count, bool squares)
    {
        (double steps, double ofSquares) = schedule.PartialSums(count);
        return squares ? ofSquares : steps;
    }

    /// <inheritdoc/>
    IReadOnlyDictionary<string, double> IKeepsProgress.Progress => PartProgress.Of(factors);

    /// <inheritdoc/>
    void IKeepsProgress.RestoreProgress(IReadOnlyDictionary<string, double> progress) => PartProgress.Restore(factors, progress);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
