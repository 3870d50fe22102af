namespace ConservativeAD.Studies.Training;

/// <summary>The networks that can be trained.</summary>
internal enum NetworkName
{
    /// <summary>A perceptron with hidden layers of chosen widths.</summary>
    Mlp,

    /// <summary>LeNet-5.</summary>
    Lenet5,

    /// <summary>VGG11.</summary>
    Vgg11,

    /// <summary>ResNet18.</summary>
    Resnet18,
}

/// <summary>What the reverse pass does where the argument of relu is 0.</summary>
internal enum ReluRule
{
    /// <summary>Multiplies the incoming cotangent by s.</summary>
    Chain,

    /// <summary>Puts s in its place, as the code published with Bertoin et al. 2021 does.</summary>
    Published,
}

/// <summary>The optimisers.</summary>
internal enum OptimizerName
{
    /// <summary>Stochastic gradient descent, with momentum where asked.</summary>
    Sgd,

    /// <summary>Adam.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Adam that divides by the largest second moment so far.</summary>
    AmsGrad,

    /// <summary>Adam with a decaying maximum in place of the second moment.</summary>
    Adamax,

    /// <summary>Adam with Nesterov's momentum.</summary>
    NAdam,

    /// <summary>Rectified Adam.</summary>
    RAdam,

    /// <summary>Adaptive Nesterov momentum.</summary>
    Adan,

    /// <summary>RMSprop, with momentum where asked.</summary>
    RmsProp,

    /// <summary>Adagrad.</summary>
    Adagrad,

    /// <summary>Adadelta.</summary>
    Adadelta,

    /// <summary>The sign of a momentum.</summary>
    Lion,

    /// <summary>Averaged stochastic gradient descent; what is trained is the iterate.</summary>
    AveragedSgd,

    /// <summary>INNA.</summary>
    Inna,

    /// <summary>INNAprop.</summary>
    InnaProp,
}

/// <summary>How the learning rate changes.</summary>
internal enum ScheduleName
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>A tenth after each third of the epochs.</summary>
    Step,

    /// <summary>Half a cosine, down to 0 at the end.</summary>
    Cosine,

    /// <summary>The rate divided by 1 + u, u the epochs passed: its sum diverges and that of its squares converges.</summary>
    RobbinsMonro,
}

/// <summary>What a training run is made of. Two runs with equal settings have equal results, bit for bit.</summary>
internal sealed record TrainSettings
{
    public required NetworkName Network { get; init; }

    /// <summary>s, the slope of relu at 0.</summary>
    public double ReluAtZero { get; init; }

    /// <summary>Where it is computed.</summary>
    public string Device { get; init; } = "cpu";

    public ReluRule Rule { get; init; } = ReluRule.Chain;

    public OptimizerName Optimizer { get; init; } = OptimizerName.Adam;

    public double LearningRate { get; init; } = 1e-3;

    public double Momentum { get; init; }

    public double WeightDecay { get; init; }

    public ScheduleName Schedule { get; init; } = ScheduleName.Cosine;

    public int Epochs { get; init; } = 5;

    public int Batch { get; init; } = 64;

    public int Precision { get; init; } = 32;

    /// <summary>Widths of the hidden layers of mlp.</summary>
    public int[] Hidden { get; init; } = [256, 128];

    public bool BatchNorm { get; init; }

    /// <summary>Training images used.</summary>
    public required int Samples { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>What the images are.</summary>
    public required string Data { get; init; }

    /// <summary>Whether the images are drawn by the program.</summary>
    public required bool DataIsStandIn { get; init; }
}
