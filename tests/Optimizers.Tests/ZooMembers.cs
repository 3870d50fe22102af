namespace ConservativeAD.Optimizers.Tests;

/// <summary>Every optimiser that steps component by component, with its published rule.</summary>
internal static class ZooMembers
{
    public static IReadOnlyList<ZooMember> All { get; } =
    [
        new("Sgd", 0.02, (p, s) => new Sgd<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new Sgd<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => x - (a * (g + (0.01 * x)))),
        new("Sgd with momentum", 0.02, (p, s) => new Sgd<double>(p, s, 0.9) { WeightDecay = 0.01, Dampening = 0.1 }, (p, s) => new Sgd<float>(p, s, 0.9) { WeightDecay = 0.01, Dampening = 0.1 }, (t, a, x, g, s) => PublishedRules.Momentum(t, x, a, g + (0.01 * x), s, 0.1, false)),
        new("Nesterov", 0.02, (p, s) => new Sgd<double>(p, s, 0.9) { Nesterov = true }, (p, s) => new Sgd<float>(p, s, 0.9) { Nesterov = true }, (t, a, x, g, s) => PublishedRules.Momentum(t, x, a, g, s, 0, true)),
        new("Adam", 0.02, (p, s) => new Adam<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new Adam<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.Adam(t, x, a, g + (0.01 * x), s)),
        new("AdamW", 0.02, (p, s) => new AdamW<double>(p, s) { WeightDecay = 0.05 }, (p, s) => new AdamW<float>(p, s) { WeightDecay = 0.05 }, (t, a, x, g, s) => PublishedRules.Adam(t, x * (1 - (a * 0.05)), a, g, s)),
        new("RmsProp", 0.01, (p, s) => new RmsProp<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new RmsProp<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.RmsProp(x, a, g + (0.01 * x), s, 0, false)),
        new("RmsProp with momentum", 0.01, (p, s) => new RmsProp<double>(p, s, 0.9), (p, s) => new RmsProp<float>(p, s, 0.9), (t, a, x, g, s) => PublishedRules.RmsProp(x, a, g, s, 0.9, false)),
        new("RmsProp centred", 0.01, (p, s) => new RmsProp<double>(p, s, centred: true), (p, s) => new RmsProp<float>(p, s, centred: true), (t, a, x, g, s) => PublishedRules.RmsProp(x, a, g, s, 0, true)),
        new("RmsProp centred with momentum", 0.01, (p, s) => new RmsProp<double>(p, s, 0.8, true), (p, s) => new RmsProp<float>(p, s, 0.8, true), (t, a, x, g, s) => PublishedRules.RmsProp(x, a, g, s, 0.8, true)),
        new("Adagrad", 0.1, (p, s) => new Adagrad<double>(p, s, 0.1) { StepSizeDecay = 0.02, WeightDecay = 0.01 }, (p, s) => new Adagrad<float>(p, s, 0.1) { StepSizeDecay = 0.02, WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.Adagrad(t, x, a, g + (0.01 * x), s)),
        new("Adadelta", 1, (p, s) => new Adadelta<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new Adadelta<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.Adadelta(x, a, g + (0.01 * x), s)),
        new("Adamax", 0.02, (p, s) => new Adamax<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new Adamax<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.Adamax(t, x, a, g + (0.01 * x), s)),
        new("NAdam", 0.02, (p, s) => new NAdam<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new NAdam<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.NAdam(t, x, a, g + (0.01 * x), s, 0)),
        new("NAdam decoupled", 0.02, (p, s) => new NAdam<double>(p, s) { WeightDecay = 0.05, DecoupledDecay = true, MomentumDecay = 0.1 }, (p, s) => new NAdam<float>(p, s) { WeightDecay = 0.05, DecoupledDecay = true, MomentumDecay = 0.1 }, (t, a, x, g, s) => PublishedRules.NAdam(t, x * (1 - (a * 0.05)), a, g, s, 0.1)),
        new("AmsGrad", 0.05, (p, s) => new Adam<double>(p, s, true) { WeightDecay = 0.01, SecondDecay = 0.9 }, (p, s) => new Adam<float>(p, s, true) { WeightDecay = 0.01, SecondDecay = 0.9 }, (t, a, x, g, s) => PublishedRules.AmsGrad(t, x, a, g + (0.01 * x), s)),
        new("AmsGradW", 0.05, (p, s) => new AdamW<double>(p, s, true) { SecondDecay = 0.9 }, (p, s) => new AdamW<float>(p, s, true) { SecondDecay = 0.9 }, (t, a, x, g, s) => PublishedRules.AmsGrad(t, x * (1 - (a * 0.01)), a, g, s)),
        new("Rprop", 0.01, (p, s) => new Rprop<double>(p, s), (p, s) => new Rprop<float>(p, s), (t, a, x, g, s) => PublishedRules.Rprop(t, x, a, g, s)),
        new("AveragedSgd", 0.02, (p, s) => new AveragedSgd<double>(p, s) { WeightDecay = 0.01, AverageFrom = 10, Damping = 0.01 }, (p, s) => new AveragedSgd<float>(p, s) { WeightDecay = 0.01, AverageFrom = 10, Damping = 0.01 }, (t, a, x, g, s) => PublishedRules.AveragedSgd(t, x, a, g + (0.01 * x), s)),
        new("Lion", 0.01, (p, s) => new Lion<double>(p, s) { WeightDecay = 0.1 }, (p, s) => new Lion<float>(p, s) { WeightDecay = 0.1 }, (t, a, x, g, s) => PublishedRules.Lion(x * (1 - (a * 0.1)), a, g, s)),
        new("RAdam", 0.02, (p, s) => new RAdam<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new RAdam<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.RAdam(t, x, a, g + (0.01 * x), s)),
        new("RAdam decoupled", 0.02, (p, s) => new RAdam<double>(p, s) { WeightDecay = 0.1, DecoupledDecay = true }, (p, s) => new RAdam<float>(p, s) { WeightDecay = 0.1, DecoupledDecay = true }, (t, a, x, g, s) => PublishedRules.RAdam(t, x * (1 - (a * 0.1)), a, g, s)),
        new("Adan", 0.02, (p, s) => new Adan<double>(p, s) { WeightDecay = 0.02 }, (p, s) => new Adan<float>(p, s) { WeightDecay = 0.02 }, (t, a, x, g, s) => PublishedRules.Adan(t, x, a, g, s)),
        new("Ftrl", 0.1, (p, s) => new Ftrl<double>(p, s) { AbsolutePenalty = 0.01, SquaredPenalty = 0.02, Shrinkage = 0.005, Offset = 0.1 }, (p, s) => new Ftrl<float>(p, s) { AbsolutePenalty = 0.01, SquaredPenalty = 0.02, Shrinkage = 0.005, Offset = 0.1 }, (t, a, x, g, s) => PublishedRules.Ftrl(t, x, a, g, s, 0.5, 0.1)),
        new("Ftrl with another power", 0.1, (p, s) => new Ftrl<double>(p, s) { AbsolutePenalty = 0.01, SquaredPenalty = 0.02, Shrinkage = 0.005, StepSizePower = -0.75 }, (p, s) => new Ftrl<float>(p, s) { AbsolutePenalty = 0.01, SquaredPenalty = 0.02, Shrinkage = 0.005, StepSizePower = -0.75 }, (t, a, x, g, s) => PublishedRules.Ftrl(t, x, a, g, s, 0.75, 0)),
        new("Inna", 0.1, (p, s) => new Inna<double>(p, s) { WeightDecay = 0.01 }, (p, s) => new Inna<float>(p, s) { WeightDecay = 0.01 }, (t, a, x, g, s) => PublishedRules.Inna(t, x, a, g + (0.01 * x), s)),
        new("InnaProp", 0.01, (p, s) => new InnaProp<double>(p, s), (p, s) => new InnaProp<float>(p, s), (t, a, x, g, s) => PublishedRules.InnaProp(t, x, a, g, s)),
    ];
}
