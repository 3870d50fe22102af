namespace ConservativeAD.Optimizers;

/// <summary>
/// A step size that is multiplied by γ whenever a metric, passed to <see cref="Report"/>, has not improved for a while: PyTorch's ReduceLROnPlateau. It depends
/// on the run, so a resumed run restores <see cref="Progress"/>.
/// </summary>
/// <remarks>
/// Reductions smaller than <see cref="MinimumReduction"/> are not made, so step sizes stay above 0, both sums diverge, and the steps do not tend to 0.
/// </remarks>
public sealed class ReduceOnPlateau : IStepSizeSchedule, IKeepsProgress
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The first step size, positive.</param>
    /// <param name="factor">γ, in (0, 1).</param>
    /// <param name="patience">The number of consecutive reports without improvement that are tolerated.</param>
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

    /// <summary>The number of consecutive reports without improvement that are tolerated.</summary>
    public long Patience { get; }

    /// <summary>Whether larger metrics are better, as for an accuracy.</summary>
    public bool IsLargerBetter { get; init; }

    /// <summary>The least improvement that counts.</summary>
    public double Threshold { get; init => field = Demand.NotNegative(value); } = 1e-4;

    /// <summary>Whether the threshold is absolute instead of relative to the best metric.</summary>
    public bool IsThresholdAbsolute { get; init; }

    /// <summary>The number of reports after a reduction during which bad reports are not counted.</summary>
    public long Cooldown { get; init => field = Demand.AtLeast(0, value); }

    /// <summary>The least step size.</summary>
    public double MinimumStepSize { get; init => field = Demand.NotNegative(value); }

    /// <summary>The least reduction that is made; above 0.</summary>
    public double MinimumReduction { get; init => field = Demand.Positive(value); } = 1e-8;

    /// <summary>The state that results from the reports so far.</summary>
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

    /// <summary>Reports a metric, such as the loss on held-out data after an epoch.</summary>
    /// <param name="figure">The metric; NaN counts as no improvement.</param>
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

        bool isReduced = size - reduced > MinimumReduction;
        Progress = new PlateauProgress(isReduced ? reduced : size, best, bad, cooling);
        return isReduced;
    }

    /// <inheritdoc/>
    IReadOnlyDictionary<string, double> IKeepsProgress.Progress
    {
        get
        {
            Dictionary<string, double> numbers = new()
            {
                ["step_size"] = Progress.StepSize,
                ["bad_reports"] = Progress.BadReports,
                ["cooling"] = Progress.Cooling
            };
            if (Progress.Best is { } best)
                numbers["best"] = best;
            return numbers;
        }
    }

    /// <inheritdoc/>
    void IKeepsProgress.RestoreProgress(IReadOnlyDictionary<string, double> progress) => Progress = new PlateauProgress(
        progress.Number("step_size"),
        progress.TryGetValue("best", out double best) ? best : null,
        progress.Count("bad_reports"),
        progress.Count("cooling"));

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

/// <summary>The state of a step size that is reduced on plateaus.</summary>
/// <param name="StepSize">The current step size.</param>
/// <param name="Best">The best metric so far; null before the first.</param>
/// <param name="BadReports">The number of consecutive reports without improvement.</param>
/// <param name="Cooling">The number of further reports during which bad ones are not counted.</param>
public readonly record struct PlateauProgress(double StepSize, double? Best, long BadReports, long Cooling)
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
