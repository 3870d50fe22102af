namespace ConservativeAD.Optimizers;

/// <summary>
/// Half cosines from α₀ down towards ℓ, again and again, each r times as long as the one before (Loshchilov and Hutter, ICLR 2017): αₖ = ℓ + (α₀ − ℓ)(1 + cos(π
/// j/n))/2 at place j of a period of n steps; PyTorch's CosineAnnealingWarmRestarts. Every period begins with α₀, so both sums diverge and the steps do not
/// vanish.
/// </summary>
public sealed record CosineRestarts : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">α₀, the largest step size.</param>
    /// <param name="period">The number of steps of the first period, at least 1.</param>
    /// <param name="growth">r, at least 1.</param>
    /// <param name="least">ℓ, in [0, α₀].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public CosineRestarts(double initial, long period, long growth = 1, double least = 0)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        Period = Demand.AtLeast(1, period, nameof(period));
        Growth = Demand.AtLeast(1, growth, nameof(growth));
        Least = least >= 0 && least <= initial
            ? least
            : throw new ArgumentOutOfRangeException(nameof(least), least, $"The least step size lies in [0, {initial}]; it was {least}.");
    }

    /// <summary>α₀.</summary>
    public double Initial { get; }

    /// <summary>The number of steps of the first period.</summary>
    public long Period { get; }

    /// <summary>r, the ratio of the lengths of a period and the one before.</summary>
    public long Growth { get; }

    /// <summary>ℓ.</summary>
    public double Least { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        long place = Demand.AtLeast(0, step, nameof(step)), length = Period;
        if (Growth == 1)
            place %= Period;
        else
        {
            while (place >= length)
            {
                place -= length;
                length = length > long.MaxValue / Growth ? long.MaxValue : length * Growth;
            }
        }

        return Least + ((Initial - Least) * 0.5 * (1 + double.CosPi((double)place / length)));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
