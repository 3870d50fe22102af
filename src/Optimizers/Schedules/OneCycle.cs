namespace ConservativeAD.Optimizers;

/// <summary>
/// One cycle (Smith and Topin 2018, arXiv 1708.07120), with PyTorch's numbers for OneCycleLR: from α/d up to α during the first fraction q of n steps, then
/// down to α/(d·e) at the last step, in half cosines or in straight lines; with three phases first down to α/d as fast as it rose. The size is 0 after the
/// n steps, where PyTorch refuses to go on.
/// </summary>
public sealed record OneCycle : IStepSizeSchedule, IBecomesConstant
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="largest">α, positive.</param>
    /// <param name="steps">n, at least 2.</param>
    /// <param name="rise">q, in (0, 1).</param>
    /// <param name="divisor">d, the ratio of the largest step size to the first; 1 or more.</param>
    /// <param name="lastDivisor">e, the ratio of the first step size to the last; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public OneCycle(double largest, long steps, double rise = 0.3, double divisor = 25, double lastDivisor = 1e4)
    {
        Largest = Demand.Positive(largest, nameof(largest));
        Steps = Demand.AtLeast(2, steps, nameof(steps));
        Rise = rise is > 0 and < 1
            ? rise
            : throw new ArgumentOutOfRangeException(nameof(rise), rise, $"The rise takes a share of the steps in (0, 1); it was {rise}.");
        Divisor = AtLeastOne(divisor, nameof(divisor), "The largest step size");
        LastDivisor = AtLeastOne(lastDivisor, nameof(lastDivisor), "The first step size");
    }

    /// <summary>α.</summary>
    public double Largest { get; }

    /// <summary>n, the step from which on the size is 0.</summary>
    public long Steps { get; }

    /// <summary>q.</summary>
    public double Rise { get; }

    /// <summary>d.</summary>
    public double Divisor { get; }

    /// <summary>e.</summary>
    public double LastDivisor { get; }

    /// <summary>Whether the size changes in straight lines instead of half cosines.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Whether the size falls to α/d as fast as it rose, and then to the last size; at most half of the steps rise then.</summary>
    public bool HasThreePhases { get; init; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Steps);

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Finite(Steps, ((IStepSizeSchedule)this).PartialSums(Steps).Squares);

    long? IBecomesConstant.ConstantFrom => Steps;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        if (step >= Steps)
            return 0;
        double first = Largest / Divisor, last = first / LastDivisor, top = (Rise * Steps) - 1, end = Steps - 1;
        if (step <= top)
            return Between(first, Largest, 0, top, step);
        double bottom = (2 * Rise * Steps) - 2;
        if (!HasThreePhases)
            return Between(Largest, last, top, end, step);
        return step <= bottom ? Between(Largest, first, top, bottom, step) : Between(first, last, bottom, end, step);
    }

    // The ends of phases need not be whole steps.
    private double Between(double from, double to, double start, double end, long step)
    {
        double share = end > start ? (step - start) / (end - start) : 1;
        return IsLinear ? from + ((to - from) * share) : to + ((from - to) * 0.5 * (1 + double.CosPi(share)));
    }

    private static double AtLeastOne(double divisor, string name, string what) => divisor >= 1 && double.IsFinite(divisor)
        ? divisor
        : throw new ArgumentOutOfRangeException(name, divisor, $"{what} is divided by a finite number, 1 or more; it was {divisor}.");

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
