using System.Numerics;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Studies.Training;

/// <summary>The optimisers and schedules by name.</summary>
internal static class TrainingOptimizers
{
    // A Half below 2⁻²⁴ is 0, so Adam's usual ε of 1e-8 would cause a division by 0 where a gradient is 0.
    private const double EpsilonOfHalf = 1e-4;
    private const double Epsilon = 1e-8;
    private const double EpsilonOfAdadelta = 1e-6;

    // Divided by ten after each third of the run.
    private const double StepFactor = 0.1;
    private const int Stages = 3;

    public static Optimizer<T> Create<T>(TrainSettings settings, IEnumerable<Parameter<T>> parameters, int stepsPerEpoch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IStepSizeSchedule schedule = Schedule(settings, stepsPerEpoch);
        double decay = settings.WeightDecay;
        double epsilon = typeof(T) == typeof(Half) ? EpsilonOfHalf : Epsilon;
        return settings.Optimizer switch
        {
            OptimizerName.Sgd => new Sgd<T>(parameters, schedule, settings.Momentum) { WeightDecay = settings.WeightDecay },
            OptimizerName.Adam => new Adam<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = settings.WeightDecay },
            OptimizerName.AmsGrad => new Adam<T>(parameters, schedule, amsGrad: true) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.Adamax => new Adamax<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.NAdam => new NAdam<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.RAdam => new RAdam<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.Adan => new Adan<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.RmsProp => new RmsProp<T>(parameters, schedule, settings.Momentum) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.Adagrad => new Adagrad<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.Adadelta => new Adadelta<T>(parameters, schedule) { Epsilon = Math.Max(epsilon, EpsilonOfAdadelta), WeightDecay = decay },
            OptimizerName.Lion => new Lion<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.AveragedSgd => new AveragedSgd<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.Inna => new Inna<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.InnaProp => new InnaProp<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.Ftrl => new Ftrl<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.Rprop => new Rprop<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.TruncatedSgd => new TruncatedSgd<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.ScheduleFreeSgd => new ScheduleFreeSgd<T>(parameters, schedule) { WeightDecay = decay },
            OptimizerName.ScheduleFreeAdamW => new ScheduleFreeAdamW<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            OptimizerName.AdamW => new AdamW<T>(parameters, schedule) { Epsilon = epsilon, WeightDecay = decay },
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Optimizer, $"There is no optimiser {settings.Optimizer}."),
        };
    }

    /// <summary>The default learning rate of an optimiser's authors or of PyTorch.</summary>
    /// <param name="name">The optimiser.</param>
    public static double UsualRate(OptimizerName name) => name switch
    {
        OptimizerName.Sgd or OptimizerName.RmsProp or OptimizerName.Adagrad or OptimizerName.AveragedSgd or OptimizerName.Rprop => 1e-2,
        OptimizerName.Adamax or OptimizerName.NAdam => 2e-3,
        OptimizerName.Inna or OptimizerName.Ftrl => 0.1,
        OptimizerName.Adadelta or OptimizerName.TruncatedSgd or OptimizerName.ScheduleFreeSgd => 1,
        OptimizerName.ScheduleFreeAdamW => 2.5e-3,
        OptimizerName.Lion => 1e-4,
        _ => 1e-3,
    };

    /// <summary>The schedule of the learning rate.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    public static IStepSizeSchedule Schedule(TrainSettings settings, int stepsPerEpoch)
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
