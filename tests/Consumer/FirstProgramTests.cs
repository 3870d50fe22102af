using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace Consumer;

/// <summary>A user's first programs, with all imports of a user in one file: every layer, every optimiser, tapes, objectives and Clarke's sets.</summary>
public class FirstProgramTests
{
    private static readonly ConstantStepSize Schedule = new(0.01);

    private static readonly Dictionary<Type, Func<Initializer, Tape<float>, Var<float>>> Layers = new()
    {
        [typeof(Activation<>)] = (_, tape) => new Activation<float>(x => x.Tanh()).Forward(Numbers(tape, 2, 3)),
        [typeof(AdaptiveAveragePool1d<>)] = (_, tape) => new AdaptiveAveragePool1d<float>(3).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(AdaptiveAveragePool2d<>)] = (_, tape) => new AdaptiveAveragePool2d<float>(3).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(AdaptiveAveragePool3d<>)] = (_, tape) => new AdaptiveAveragePool3d<float>(3).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(AdaptiveMaxPool1d<>)] = (_, tape) => new AdaptiveMaxPool1d<float>(3).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(AdaptiveMaxPool2d<>)] = (_, tape) => new AdaptiveMaxPool2d<float>(3).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(AdaptiveMaxPool3d<>)] = (_, tape) => new AdaptiveMaxPool3d<float>(3).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(AveragePool1d<>)] = (_, tape) => new AveragePool1d<float>(2).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(AveragePool2d<>)] = (_, tape) => new AveragePool2d<float>(2).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(AveragePool3d<>)] = (_, tape) => new AveragePool3d<float>(2).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(BatchNorm<>)] = (start, tape) => new BatchNorm<float>("norm", 3, start).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(Conv1d<>)] = (start, tape) => new Conv1d<float>("conv", 3, 5, 3, start, padding: 1).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(Conv2d<>)] = (start, tape) => new Conv2d<float>("conv", 3, 5, 3, start, stride: 1, padding: 1).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(Conv3d<>)] = (start, tape) => new Conv3d<float>("conv", 3, 5, 3, start, padding: 1).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(ConvTranspose1d<>)] = (start, tape) => new ConvTranspose1d<float>("conv", 3, 5, 3, start, stride: 2).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(ConvTranspose2d<>)] = (start, tape) => new ConvTranspose2d<float>("conv", 3, 5, 3, start, stride: 2).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(ConvTranspose3d<>)] = (start, tape) => new ConvTranspose3d<float>("conv", 3, 5, 3, start, stride: 2).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(Dropout<>)] = (start, tape) => new Dropout<float>(0.5, start).Forward(Numbers(tape, 2, 3)),
        [typeof(Embedding<>)] = (start, tape) => new Embedding<float>("table", 7, 3, start).Forward(tape, tape.Indices([2, 2], [0, 6, 6, 1])),
        [typeof(EmbeddingBag<>)] = (start, tape) => new EmbeddingBag<float>("table", 7, 3, start).Forward(tape, [0, 6, 6, 1], [0, 3]),
        [typeof(Flatten<>)] = (_, tape) => new Flatten<float>().Forward(Numbers(tape, 2, 3, 4)),
        [typeof(GlobalAveragePool<>)] = (_, tape) => new GlobalAveragePool<float>().Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(GlobalMaxPool<>)] = (_, tape) => new GlobalMaxPool<float>().Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(GroupNorm<>)] = (start, tape) => new GroupNorm<float>("norm", 2, 4, start).Forward(Numbers(tape, 2, 4, 3)),
        [typeof(InstanceNorm<>)] = (start, tape) => new InstanceNorm<float>("norm", 3, start).Forward(Numbers(tape, 2, 3, 4)),
        [typeof(Gru<>)] = (start, tape) => new Gru<float>("gru", 3, 4, start, isBidirectional: true).Forward(Numbers(tape, 5, 2, 3)),
        [typeof(LayerNorm<>)] = (start, tape) => new LayerNorm<float>("norm", [3], start).Forward(Numbers(tape, 2, 3)),
        [typeof(Linear<>)] = (start, tape) => new Linear<float>("linear", 3, 4, start).Forward(Numbers(tape, 2, 3)),
        [typeof(Lstm<>)] = (start, tape) => new Lstm<float>("lstm", 3, 4, start).Forward(Numbers(tape, 5, 2, 3)),
        [typeof(MaxPool1d<>)] = (_, tape) => new MaxPool1d<float>(2).Forward(Numbers(tape, 2, 3, 8)),
        [typeof(MaxPool2d<>)] = (_, tape) => new MaxPool2d<float>(2).Forward(Numbers(tape, 2, 3, 4, 4)),
        [typeof(MaxPool3d<>)] = (_, tape) => new MaxPool3d<float>(2).Forward(Numbers(tape, 2, 3, 4, 4, 4)),
        [typeof(MultiHeadAttention<>)] = (start, tape) => new MultiHeadAttention<float>("attention", 4, 2, start).Forward(Numbers(tape, 2, 3, 4)),
        [typeof(PixelShuffle<>)] = (_, tape) => new PixelShuffle<float>(2).Forward(Numbers(tape, 2, 4, 3, 3)),
        [typeof(PixelUnshuffle<>)] = (_, tape) => new PixelUnshuffle<float>(2).Forward(Numbers(tape, 2, 1, 4, 4)),
        [typeof(Relu<>)] = (_, tape) => new Relu<float>().Forward(Numbers(tape, 2, 3)),
        [typeof(Residual<>)] = (start, tape) => new Residual<float>(new Linear<float>("inner", 3, 3, start)).Forward(Numbers(tape, 2, 3)),
        [typeof(RmsNorm<>)] = (start, tape) => new RmsNorm<float>("norm", [3], start).Forward(Numbers(tape, 2, 3)),
        [typeof(Rnn<>)] = (start, tape) => new Rnn<float>("rnn", 3, 4, start).Forward(Numbers(tape, 5, 2, 3)),
        [typeof(Sequential<>)] = (start, tape) =>
            new Sequential<float>(new Linear<float>("linear", 3, 4, start), new Relu<float>()).Forward(Numbers(tape, 2, 3)),
        [typeof(TransformerBlock<>)] = (start, tape) => new TransformerBlock<float>("block", 4, 2, 8, start).Forward(Numbers(tape, 2, 3, 4)),
        [typeof(Upsample<>)] = (_, tape) => new Upsample<float>([1.5], InterpolationMode.Linear).Forward(Numbers(tape, 2, 3, 4, 4)),
    };

    private static readonly Dictionary<Type, Func<Parameter<float>, Func<Gradients<float>, double, bool>>> Optimizers = new()
    {
        [typeof(Adadelta<>)] = p => Stepping(new Adadelta<float>([p], new ConstantStepSize(1))),
        [typeof(Adagrad<>)] = p => Stepping(new Adagrad<float>([p], Schedule)),
        [typeof(Adam<>)] = p => Stepping(new Adam<float>([p], Schedule)),
        [typeof(AdamW<>)] = p => Stepping(new AdamW<float>([p], Schedule)),
        [typeof(Adamax<>)] = p => Stepping(new Adamax<float>([p], Schedule)),
        [typeof(Adan<>)] = p => Stepping(new Adan<float>([p], Schedule)),
        [typeof(AveragedSgd<>)] = p => Stepping(new AveragedSgd<float>([p], Schedule)),
        [typeof(Ftrl<>)] = p => Stepping(new Ftrl<float>([p], Schedule)),
        [typeof(Inna<>)] = p => Stepping(new Inna<float>([p], Schedule)),
        [typeof(InnaProp<>)] = p => Stepping(new InnaProp<float>([p], Schedule)),
        [typeof(Lion<>)] = p => Stepping(new Lion<float>([p], Schedule)),
        [typeof(Muon<>)] = p => Stepping(new Muon<float>([p], Schedule)),
        [typeof(NAdam<>)] = p => Stepping(new NAdam<float>([p], Schedule)),
        [typeof(ProximalSgd<>)] = p => Stepping(new ProximalSgd<float>([p], Schedule, ProximalOperators.L1Norm(0.01))),
        [typeof(RAdam<>)] = p => Stepping(new RAdam<float>([p], Schedule)),
        [typeof(RmsProp<>)] = p => Stepping(new RmsProp<float>([p], Schedule)),
        [typeof(Rprop<>)] = p => Stepping(new Rprop<float>([p], Schedule)),
        [typeof(ScheduleFreeAdamW<>)] = p => Stepping(new ScheduleFreeAdamW<float>([p], Schedule)),
        [typeof(ScheduleFreeSgd<>)] = p => Stepping(new ScheduleFreeSgd<float>([p], Schedule)),
        [typeof(Sgd<>)] = p => Stepping(new Sgd<float>([p], Schedule)),
        [typeof(TruncatedSgd<>)] = p => new TruncatedSgd<float>([p], Schedule).Step,
    };

    // Optimisers with another step method, each in its own test below.
    private static readonly Type[] OthersThatStep = [typeof(GroupedOptimizer<>), typeof(LBfgs<>), typeof(MixedPrecision), typeof(SparseAdam<>)];

    public static TheoryData<Type> LayerTypes => [.. Layers.Keys];

    public static TheoryData<Type> OptimizerTypes => [.. Optimizers.Keys];

    [Theory]
    [MemberData(nameof(LayerTypes))]
    public void EveryLayerIsMadeAndDifferentiated(Type layer)
    {
        using Tape<float> tape = new();
        Var<float> y = Layers[layer](new Initializer(Device.Default, seed: 1), tape);
        tape.Backward(y.Square().Sum());
        Assert.All(y.Value.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void NoLayerIsMissing() => Assert.Equal(Having(typeof(Module<>), "Forward"), Layers.Keys.Select(type => type.Name).Order());

    [Theory]
    [MemberData(nameof(OptimizerTypes))]
    public void EveryOptimizerSteps(Type optimizer)
    {
        Parameter<float> w = new("w", Device.Default, [2, 2], [1, -2, 3, -4]);
        float[] before = w.Value.ToArray();
        Func<Gradients<float>, double, bool> step = Optimizers[optimizer](w);
        using Tape<float> tape = new();
        for (int i = 0; i < 3; i++)
        {
            tape.Reset();
            Var<float> loss = tape.Parameter(w).Square().Mean();
            Assert.True(step(tape.Backward(loss), loss.Value.GetScalar()));
        }

        Assert.NotEqual(before, w.Value.ToArray());
        Assert.All(w.Value.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void NoOptimizerIsMissing() =>
        Assert.Equal(Having(typeof(Optimizer<>), "Step"), Optimizers.Keys.Concat(OthersThatStep).Select(type => type.Name).Order());

    [Fact]
    public void TheOthersStepToo()
    {
        Parameter<float> table = new("table", Device.Default, [3, 2], [1, 2, 3, 4, 5, 6]);
        using Tape<float> tape = new();
        using TableRows<float> rows = new(table, [0, 2]);
        Assert.True(new SparseAdam<float>([table], Schedule).Step(tape.Backward(rows.Record(tape).Sum()), rows));
        Assert.Equal([3f, 4], table.Value.ToArray()[2..4]);

        Parameter<float> scale = new("scale", Device.Default, [1], [1]);
        GroupedOptimizer<float> groups = new(new Adam<float>([table], Schedule), new Sgd<float>([scale], Schedule, 0.9) { Maximize = true });
        Assert.True(groups.Step(tape.Backward((tape.Parameter(table).Sum() * tape.Parameter(scale)).Sum())));
        Assert.True(scale.Value.ToArray()[0] > 1);

        Parameter<double> x = new("x", Device.Default, [2], [1, -2]);
        using Tape<double> wide = new();
        using LBfgs<double> newton = new([x]) { LineSearch = LineSearch.StrongWolfe };
        (double Loss, Gradients<double> Gradients) Evaluate()
        {
            wide.Reset();
            Var<double> loss = wide.Parameter(x).Square().Sum();
            return (loss.Value.GetScalar(), wide.Backward(loss));
        }

        newton.Step(Evaluate);
        Assert.All(x.Value.ToArray(), value => Assert.Equal(0, value, 1e-8));

        Parameter<Half> narrow = new("narrow", Device.Default, [2], [(Half)1, (Half)2]);
        using Tape<Half> halves = new();
        using MixedPrecision mixed = new([narrow], masters => new Sgd<float>(masters, new ConstantStepSize(0.5)));
        // The first scaled losses exceed the range of Half; the scale is lowered until they do not.
        for (int skipped = 0; !mixed.Step(mixed.Backward(halves, halves.Parameter(narrow).Square().Sum())); skipped++)
        {
            Assert.InRange(skipped, 0, 20);
            halves.Reset();
        }

        Assert.Equal([Half.Zero, Half.Zero], narrow.Value.ToArray());
    }

    [Fact]
    public void ATapeTakesSelectionsAndCountsKinks()
    {
        using Tape<double> tape = new(Device.Default, Selections.PyTorch with { ReluAtZero = 0.5, AbsAtZero = 1 });
        Var<double> x = tape.Variable([3], [-1, 0, 2]);
        Var<double> y = (x.Relu() + x.Abs()).Sum();
        Assert.Equal(5, y.Value.GetScalar());
        Assert.Equal(2, tape.Census().Operations.Sum(operation => operation.Count));
        Assert.Equal([-1, 1.5, 2], tape.Backward(y)[x].ToArray());
        Assert.Equal([-1.0, 0, 2], tape.Backward(y, Selections.Jax with { AbsAtZero = 0 })[x].ToArray());
    }

    [Fact]
    public void AnObjectiveTellsTheTruthAtItsKinks()
    {
        Objective identity = Objective.OfTensor(t => (t.Relu() - (-t).Relu()).Sum());
        Assert.Equal([0.0], identity.Gradient([0], Selections.PyTorch).Gradient);
        ClarkeElement element = Clarke.Gradient(identity, [0]);
        Assert.Equal([1.0], element.Gradient);
        Assert.NotNull(element.Certificate);

        ClarkeSubdifferential set = Clarke.Subdifferential(Objective.OfScalars(x => Active.Abs(x[0]) - Active.Abs(x[1])), [0, 0]);
        Assert.Equal((true, false), (set.IsStationary(), set.FrechetContains([0, 0])));
        Assert.Equal(0, MinimalNormPoint.Of([[-1.0], [1]]).Point[0], 1e-12);
        Assert.True(Conservativity.Check(identity, Box.Cube(1), cancellation: TestContext.Current.CancellationToken).IsConservative);
        Assert.Equal(TameClass.SemiAlgebraic, Tame.Certify(identity, [0]).Class);
    }

    [Fact]
    public void ASolverFindsAMinimum()
    {
        Objective objective = Objective.OfScalars(x => Active.Abs(x[0] - 1) + Active.Abs(x[1]));
        SolverResult result = new NonsmoothBfgs().Minimize(objective, [3, -2], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, result.Value, 1e-6);
    }

    private static Var<float> Numbers(Tape<float> tape, params int[] shape) =>
        tape.Variable(Shape.Of(shape), [.. Enumerable.Range(0, shape.Aggregate(1, (product, extent) => product * extent)).Select(i => float.Sin(i))]);

    private static Func<Gradients<float>, double, bool> Stepping(Optimizer<float> optimizer) => (gradients, _) => optimizer.Step(gradients);

    private static IEnumerable<string> Having(Type library, string method) => library.Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.GetMethods().Any(found => found.Name == method)).Select(type => type.Name).Order();
}
