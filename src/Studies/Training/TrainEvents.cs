using ConservativeAD.Optimizers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>The curves of a training run for TensorBoard.</summary>
internal sealed class TrainEvents : IDisposable
{
    private readonly EventFile file;
    private readonly IStepSizeSchedule schedule;
    private readonly int steps;
    private int written;

    /// <summary>Begins the file of a run.</summary>
    /// <param name="folder">The folder for results.</param>
    /// <param name="settings">The settings of the run.</param>
    public TrainEvents(string folder, TrainSettings settings)
    {
        steps = ((settings.Samples - 1) / settings.Batch) + 1;
        schedule = TrainingOptimizers.Schedule(settings, steps);
        file = EventFile.Create(folder);
    }

    /// <summary>Adds the epochs that are not in the file yet; those of an earlier run that is continued, too.</summary>
    /// <param name="epochs">All finished epochs.</param>
    public void Add(IReadOnlyList<EpochResult> epochs)
    {
        for (; written < epochs.Count; written++)
        {
            EpochResult epoch = epochs[written];
            file.Append(epoch.Epoch,
            [
                ("loss/training", epoch.TrainLoss), ("loss/test", epoch.TestLoss), ("accuracy/training", epoch.TrainAccuracy),
                ("accuracy/test", epoch.TestAccuracy), ("learning rate", schedule.StepSize((epoch.Epoch * steps) - 1)),
                ("relus at exactly 0", epoch.ExactZeros),
            ]);
        }
    }

    public void Dispose() => file.Dispose();
}
