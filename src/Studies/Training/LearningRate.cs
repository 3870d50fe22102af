namespace ConservativeAD.Studies.Training;

/// <summary>How the learning rate changes over a run.</summary>
internal static class LearningRate
{
    private const double StepFactor = 0.1;
    private const int Steps = 3;

    /// <summary>The rate as a multiple of the one asked for.</summary>
    /// <param name="schedule">How it changes.</param>
    /// <param name="epochsPassed">u, with fractions within an epoch.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    public static double Factor(ScheduleName schedule, double epochsPassed, int epochs) => schedule switch
    {
        ScheduleName.Step => Math.Pow(StepFactor, Math.Floor(Steps * epochsPassed / epochs)),
        ScheduleName.Cosine => (1 + Math.Cos(Math.PI * epochsPassed / epochs)) / 2,
        ScheduleName.RobbinsMonro => 1 / (1 + epochsPassed),
        _ => 1,
    };
}
