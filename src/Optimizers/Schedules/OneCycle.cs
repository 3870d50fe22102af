namespace ConservativeAD.Optimizers;

/// <summary>
/// One cycle (Smith and Topin 2018, arXiv 1708.07120) with half cosines: from α/d up to α during the first fraction q of n steps, then down to 0 at step n, and
/// 0 afterwards.
/// </summary>
public sealed record OneCycle : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="largest">α, positive.</param>
    /// <param name="steps">n, at least 2.</param>
    /// <param name="rise">q, in (0, 1).</param>
    /// <param name="divisor">d, the ratio of the largest step size to the first; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public OneCycle(double largest, long steps, double rise = 0.3, double divisor = 25)
    {
        Largest = Demand.Positive(largest, nameof(largest));
        Steps = Demand.AtLeast(2, steps, nameof(steps));
        Rise = rise is > 0 and < 1
            ? rise
            : throw new ArgumentOutOfRangeException(nameof(rise), rise, $"The rise takes a share of the steps in (0, 1); it was {rise}.");
        Divisor = divisor >= 1 && double.IsFinite(divisor)
            ? divisor
            : throw new ArgumentOutOfRangeException(nameof(divisor), divisor,
                $"The largest step size is divided by a finite number, 1 or more, at the start; it was {divisor}.");
    }

    /// <summary>α.</summary>
    public double Largest { get; }

    /// <summary>n, the step from which on the size is 0.</summary>
    public long Steps { get; }

    /// <summary>q.</summary>
    public double Rise { get; }

    /// <summary>d.</summary>
    public double Divisor { get; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Steps);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Squares);

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        if (step >= Steps)
            return 0;
        double top = Rise * Steps, first = Largest / Divisor;
        return step < top
            ? first + ((Largest - first) * 0.5 * (1 - double.CosPi(step / top)))
            : Largest * 0.5 * (1 + double.CosPi((step - top) / (Steps - top)));
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
