namespace ConservativeAD.Optimizers;

/// <summary>
/// The weights by which schedule-free methods average their base iterates: αₜ²/(α₁² + … + αₜ²), where α is the largest step size so far. They depend only on
/// the schedule and the step, so nothing needs to be saved.
/// </summary>
internal sealed class ScheduleFreeWeights : IKeepsProgress
{
    private const string EvaluatingSuffix = "_while_evaluating";

    private long counted;
    private double largest;
    private double sum;

    /// <summary>The name of a state, which is different while the parameters hold the averaged iterate.</summary>
    public static string SavedName(string state, bool isTraining) => isTraining ? state : state + EvaluatingSuffix;

    /// <summary>Whether states with these names were saved during training.</summary>
    public static bool AreOfTraining(IEnumerable<string> names) => !names.Any(name => name.EndsWith(EvaluatingSuffix, StringComparison.Ordinal));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Progress => new Dictionary<string, double> { ["counted"] = counted, ["largest"] = largest, ["sum"] = sum };

    /// <inheritdoc/>
    public void RestoreProgress(IReadOnlyDictionary<string, double> progress) =>
        (counted, largest, sum) = (progress.Count("counted"), progress.Number("largest"), progress.Number("sum"));

    public double Of(IStepSizeSchedule schedule, long step)
    {
        if (counted > step + 1)
            (counted, largest, sum) = (0, 0, 0);
        for (; counted <= step; counted++)
        {
            largest = Math.Max(largest, schedule.StepSize(counted));
            sum += largest * largest;
        }

        return sum > 0 ? largest * largest / sum : 0;
    }
}
