namespace ConservativeAD.Optimizers;

/// <summary>
/// A step size that is multiplied by γ whenever a figure of merit, told with <see cref="Report"/>, has not become better for a while: PyTorch's ReduceLROnPlateau. It depends on the run, so a run that is
/// continued puts <see cref="Progress"/> back.
/// </summary>
/// <remarks>Reductions smaller than <see cref="LeastReduction"/> are not made; so step sizes stay above 0, both sums diverge, and the steps do not vanish.</remarks>
public sealed class ReduceOnPlateau : IStepSizeSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The first step size, positive.</param>
    /// <param name="factor">γ, in (0, 1).</param>
    /// <param name="patience">How many reports in a row may bring nothing better.</param>
    public ReduceOnPlateau(double initial, double factor = 0.1, long patience = 10)
    {
        Initial = Demand.Positive(initial, nameof(initial));
        Factor = factor is > 0 and < 1 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"The factor lies in (0, 1); it was {factor}.");
        Patience = Demand.AtLeast(0, patience, nameof(patience));
        Progress = new PlateauProgress(initial, null, 0, 0);
    }

    /// <summary>The first step size.</summary>
    public double Initial { get; }

    /// <summary>γ.</summary>
    public double Factor { get; }

    /// <summary>How many reports in a row may bring nothing better.</summary>
    public long Patience { get; }

    /// <summary>Whether larger figures are better, as of an accuracy.</summary>
    public bool IsLargerBetter { get; init; }

    /// <summary>By how much a figure must be better to count.</summary>
    public double Threshold { get; init => field = Demand.NotNegative(value); } = 1e-4;

    /// <summary>Whether the threshold is added to the best figure instead of multiplied with it.</summary>
    public bool IsThresholdAbsolute { get; init; }

    /// <summary>After a reduction, for how many reports no bad ones are counted.</summary>
    public long Cooldown { get; init => field = Demand.AtLeast(0, value); }

    /// <summary>The least step size.</summary>
    public double MinimumStepSize { get; init => field = Demand.NotNegative(value); }

    /// <summary>A reduction smaller than this is not made; above 0.</summary>
    public double LeastReduction { get; init => field = Demand.Positive(value); } = 1e-8;

    /// <summary>What the reports have made of it so far.</summary>
    public PlateauProgress Progress { get; set; }

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSteps => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public SeriesBehaviour SumOfSquares => SeriesBehaviour.Diverges;

    /// <inheritdoc/>
    public double StepSize(long step)
    {
        Demand.AtLeast(0, step, nameof(step));
        return Progress.StepSize;
    }

    /// <summary>Tells a figure of merit, as the loss on held-out data after an epoch.</summary>
    /// <param name="figure">The figure; NaN counts as nothing better.</param>
    /// <returns>Whether the step size was reduced.</returns>
    public bool Report(double figure)
    {
        (double size, double? best, long bad, long cooling) = Progress;
        if (IsBetter(figure, best))
            (best, bad) = (figure, 0);
        else
            bad++;
        if (cooling > 0)
            (cooling, bad) = (cooling - 1, 0);
        double reduced = size;
        if (bad > Patience)
        {
            (cooling, bad) = (Cooldown, 0);
            reduced = Math.Max(size * Factor, MinimumStepSize);
        }

        bool isReduced = size - reduced > LeastReduction;
        Progress = new PlateauProgress(isReduced ? reduced : size, best, bad, cooling);
        return isReduced;
    }

    private bool IsBetter(double figure, double? best)
    {
        if (double.IsNaN(figure))
            return false;
        if (best is not { } known)
            return true;
        double margin = IsThresholdAbsolute ? Threshold : known * Threshold;
        return IsLargerBetter ? figure > known + margin : figure < known - margin;
    }
}

/// <summary>What reports have made of a step size that is reduced on plateaus.</summary>
/// <param name="StepSize">The step size now.</param>
/// <param name="Best">The best figure so far; null before the first.</param>
/// <param name="BadReports">How many reports in a row brought nothing better.</param>
/// <param name="Cooling">For how many reports no bad ones are counted yet.</param>
public readonly record struct PlateauProgress(double StepSize, double? Best, long BadReports, long Cooling);
