using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.Training;

/// <summary><c>train</c> offers every optimiser that steps all parameters of a network by one gradient.</summary>
public class TrainingOptimizersTests
{
    private static readonly Dictionary<Type, string> NotOffered = new()
    {
        [typeof(Muon<>)] = "steps matrices only",
        [typeof(ProximalSgd<>)] = "wants a proximal operator",
        [typeof(SparseAdam<>)] = "steps rows of tables",
    };

    public static TheoryData<string> Names => [.. Enum.GetNames<OptimizerName>()];

    [Fact]
    public void EveryOptimiserIsOfferedOrSaysWhyNot()
    {
        HashSet<Type> offered = [.. Enum.GetValues<OptimizerName>().Select(name => Create(name).GetType().GetGenericTypeDefinition())];
        Assert.Empty(offered.Intersect(NotOffered.Keys));
        Type[] all = [.. typeof(Optimizer<>).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && IsOptimizer(type))];
        Assert.Equal(all.Select(type => type.Name).Order(), offered.Concat(NotOffered.Keys).Select(type => type.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EachLearnsAtItsUsualRate(string optimizer)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.Path);
        TrainSettings settings = Settings(Enum.Parse<OptimizerName>(optimizer));
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        (ImageSet train, ImageSet test) = ImageSource.Load("", settings.Samples, cancellation: cancellation);
        EpochResult[] epochs = [];
        using TrainStudy<float> study = new(settings, train, test, Device.Cpu(1));
        study.Run(folder.Path, false, done => epochs = [.. done], _ => { }, cancellation);
        Assert.True(epochs[^1].TrainLoss < epochs[0].TrainLoss, $"{optimizer}: the loss goes from {epochs[0].TrainLoss} to {epochs[^1].TrainLoss}");
    }

    private static bool IsOptimizer(Type type) => type.BaseType is { } parent
        && ((parent.IsGenericType && parent.GetGenericTypeDefinition() == typeof(Optimizer<>)) || IsOptimizer(parent));

    private static Optimizer<float> Create(OptimizerName name) =>
        TrainingOptimizers.Create(Settings(name), [new Parameter<float>("x", Device.Default, [1], [1f])], 10);

    private static TrainSettings Settings(OptimizerName name) => new()
    {
        Data = "stand-in digits",
        DataIsStandIn = true,
        Network = NetworkName.Mlp,
        Samples = 256,
        Batch = 32,
        Epochs = 4,
        Hidden = [16],
        Optimizer = name,
        LearningRate = TrainingOptimizers.UsualRate(name),
        Momentum = name is OptimizerName.Sgd or OptimizerName.RmsProp ? 0.9 : 0,
    };
}
