namespace ConservativeAD.Optimizers;

/// <summary>The weights by which schedule-free methods average their base iterates: αₜ²/(α₁² + … + αₜ²), α the largest step size so far. A function of the schedule and the step, so that nothing needs saving.</summary>
internal sealed class ScheduleFreeWeights
{
    private long counted;
    private double largest;
    private double sum;

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
