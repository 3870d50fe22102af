using System.Numerics;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Studies.Training;

/// <summary>The optimisers and schedules by name.</summary>
internal static class TrainingOptimizers
{
    // Below 2⁻²⁴ a Half is 0: Adam's usual ε of 1e-8 would leave a division by 0 where a gradient vanishes.
    private const double EpsilonOfHalf = 1e-4;
    private const double Epsilon = 1e-8;

    // A tenth after each third of the run.
    private const double StepFactor = 0.1;
    private const int Stages = 3;

    public static Optimizer<T> Create<T>(TrainSettings settings, IEnumerable<Parameter<T>> parameters, int stepsPerEpoch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IStepSizeSchedule schedule = Schedule(settings, stepsPerEpoch);
        double epsilon = typeof(T) == typeof(Half) ? EpsilonOfHalf : Epsilon;
        return settings.Optimizer switch
        {
            OptimizerName.Sgd => new Sgd<T>(parameters, schedule, settings.Momentum) { WeightDecay = settings.WeightDecay },
            OptimizerName.Adam => new Adam<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = settings.WeightDecay },
            _ => new AdamW<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = settings.WeightDecay },
        };
    }

    private static IStepSizeSchedule Schedule(TrainSettings settings, int stepsPerEpoch)
    {
        int steps = checked(settings.Epochs * stepsPerEpoch);
        return settings.Schedule switch
        {
            ScheduleName.Step => new StepDecay(settings.LearningRate, Math.Max(1, steps / Stages), StepFactor),
            ScheduleName.Cosine => new CosineDecay(settings.LearningRate, steps),
            ScheduleName.RobbinsMonro => new RobbinsMonro(settings.LearningRate, stepsPerEpoch),
            _ => new ConstantStepSize(settings.LearningRate),
        };
    }
}
