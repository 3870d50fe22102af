namespace ConservativeAD.Optimizers;

/// <summary>
/// Linear rises from α to β and falls back to α, again and again (Smith, WACV 2017), with PyTorch's numbers for CyclicLR. The size never falls below α, so both
/// sums diverge and the steps do not vanish.
/// </summary>
public sealed record CyclicStepSize : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="least">α, positive.</param>
    /// <param name="largest">β, at least α.</param>
    /// <param name="rise">The number of steps of a rise, at least 1.</param>
    /// <param name="fall">The number of steps of a fall; as many as of a rise if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public CyclicStepSize(double least, double largest, long rise, long? fall = null)
    {
        Least = Demand.Positive(least, nameof(least));
        Largest = largest >= least && double.IsFinite(largest)
            ? largest
            : throw new ArgumentOutOfRangeException(nameof(largest), largest, $"The largest step size is {least} or more; it was {largest}.");
        Rise = Demand.AtLeast(1, rise, nameof(rise));
        Fall = Demand.AtLeast(1, fall ?? rise, nameof(fall));
    }

    /// <summary>α.</summary>
    public double Least { get; }

    /// <summary>β.</summary>
    public double Largest { get; }

    /// <summary>The number of steps of a rise.</summary>
    public long Rise { get; }

    /// <summary>The number of steps of a fall.</summary>
    public long Fall { get; }

    /// <summary>How the height changes.</summary>
    public CycleHeight Height { get; init; }

    /// <summary>The factor of an exponential height, in (0, 1].</summary>
    public double Factor
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Factor), value, $"{nameof(Factor)} lies in (0, 1]; it was {value}.");
    } = 1;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        long whole = checked(Rise + Fall), place = step % whole;
        double share = place <= Rise ? (double)place / Rise : (double)(whole - place) / Fall;
        double height = Height switch
        {
            CycleHeight.Halved => Math.ScaleB(1, (int)Math.Max(-1100, -(step / whole))),
            CycleHeight.Exponential => Math.Pow(Factor, step),
            _ => 1,
        };
        return Least + ((Largest - Least) * share * height);
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
