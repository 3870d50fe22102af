using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>Groups with settings of their own, and steps that rise.</summary>
public class GroupTests
{
    public static TheoryData<string> Methods =>
        ["sgd", "momentum", "adam", "adamw", "adagrad", "adadelta", "rmsprop", "rprop", "adamax", "nadam", "radam", "adan", "lion", "ftrl", "inna", "innaprop",
            "averaged", "free", "muon"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void MaximisingIsMinimisingTheNegative(string method)
    {
        Parameter<double> up = Made("x"), down = Made("x");
        Optimizer<double> rising = Make(method, new ParameterGroup<double>([up]) { Maximize = true }),
            falling = Make(method, new ParameterGroup<double>([down]));
        using GivenGradients<double> toUp = new(up), toDown = new(down);
        for (int t = 0; t < 10; t++)
        {
            double[] g = [Math.Sin(t), 0.1 * t, -1, Math.Cos(3 * t)];
            rising.Step(toUp.Of(g));
            falling.Step(toDown.Of([.. g.Select(value => -value)]));
            Assert.Equal(down.Value.ToArray(), up.Value.ToArray());
        }
    }

    [Fact]
    public void AGroupHasItsOwnScheduleAndDirection()
    {
        Parameter<double> a = new("a", Device.Default, [1], [1]), b = new("b", Device.Default, [1], [1]), c = new("c", Device.Default, [1], [1]);
        Sgd<double> optimizer = new([new ParameterGroup<double>([a]), new([b]) { Schedule = new ExponentialDecay(0.5, 0.5), StepSizeMultiplier = 2 },
            new([c]) { Maximize = false }], new ConstantStepSize(0.1))
        { Maximize = true };
        using Tape<double> tape = new();
        for (int step = 0; step < 2; step++)
        {
            tape.Reset();
            optimizer.Step(tape.Backward((tape.Parameter(a) + tape.Parameter(b) + tape.Parameter(c)).Sum()));
        }

        Assert.Equal(1.2, a.Value.GetScalar(), 1e-15);
        Assert.Equal(1 + 1 + 0.5, b.Value.GetScalar(), 1e-15);
        Assert.Equal(0.8, c.Value.GetScalar(), 1e-15);
    }

    [Fact]
    public void MethodsWithOneScheduleSaySo()
    {
        ParameterGroup<double> own = new([Made("x")]) { Schedule = new ConstantStepSize(1) };
        Assert.Contains(nameof(GroupedOptimizer<double>),
            Assert.Throws<ArgumentException>(() => new ScheduleFreeSgd<double>([own], new ConstantStepSize(1))).Message);
        Assert.Throws<ArgumentException>(() => new TruncatedSgd<double>([own], new ConstantStepSize(1)));
        Parameter<double> x = Made("x");
        TruncatedSgd<double> truncated = new([x], new ConstantStepSize(1)) { Maximize = true };
        using Tape<double> tape = new();
        Gradients<double> gradients = tape.Backward(tape.Parameter(x).Sum());
        Assert.Throws<InvalidOperationException>(() => truncated.Step(gradients, 1));
    }

    [Fact]
    public void GroupedOptimisersStepAsTheyWouldAlone()
    {
        Parameter<double>[] together = [Made("a"), Made("b"), Made("c")], alone = [Made("a"), Made("b"), Made("c")];
        Optimizer<double>[] members = Members(together), others = Members(alone);
        GroupedOptimizer<double> grouped = new(members);
        using Tape<double> tape = new();
        for (int t = 0; t < 8; t++)
        {
            Assert.True(grouped.Step(GradientsOf(tape, together, t)));
            tape.Reset();
            Gradients<double> gradients = GradientsOf(tape, alone, t);
            foreach (Optimizer<double> other in others)
                other.Step(gradients);
            tape.Reset();
        }

        Assert.All(together.Zip(alone), pair => Assert.Equal(pair.Second.Value.ToArray(), pair.First.Value.ToArray()));
        Assert.Equal(8, grouped.StepCount);
        Assert.Equal(double.NaN, grouped.GradientNorm);
    }

    [Fact]
    public void TheNormIsThatOfAllMembers()
    {
        Parameter<double> a = new("a", Device.Default, [1], [0]), b = new("b", Device.Default, [1], [0]);
        GroupedOptimizer<double> grouped = new(new Sgd<double>([a], new ConstantStepSize(1)), new Sgd<double>([b], new ConstantStepSize(1)) { Maximize = true })
        {
            MaximumNorm = 1,
        };
        using Tape<double> tape = new();
        grouped.Step(tape.Backward(((tape.Parameter(a) * 3.0) + (tape.Parameter(b) * 4.0)).Sum()));
        Assert.Equal(5, grouped.GradientNorm, 1e-12);
        Assert.Equal(-0.6, a.Value.GetScalar(), 1e-6);
        Assert.Equal(0.8, b.Value.GetScalar(), 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ABadGradientOfOneMemberStepsNone(bool throws)
    {
        Parameter<double>[] parameters = [Made("a"), Made("b"), Made("c")];
        double[][] before = [.. parameters.Select(parameter => parameter.Value.ToArray())];
        GroupedOptimizer<double> grouped = new(new Adam<double>([parameters[0]], new ConstantStepSize(1)),
            new Sgd<double>([parameters[1], parameters[2]], new ConstantStepSize(1))
            {
                OnNonFiniteGradient = throws ? OnNonFiniteGradient.Throw : OnNonFiniteGradient.Skip,
            });
        using Tape<double> tape = new();
        Gradients<double> gradients = tape.Backward(parameters.Select(tape.Parameter).Aggregate((x, y) => x + y).Sum() * double.NaN);
        if (throws)
            Assert.Throws<ArithmeticException>(() => grouped.Step(gradients));
        else
            Assert.False(grouped.Step(gradients));
        Assert.All(parameters.Zip(before), pair => Assert.Equal(pair.Second, pair.First.Value.ToArray()));
        Assert.Equal(0, grouped.StepCount + grouped.Members.Sum(member => member.StepCount));
    }

    [Fact]
    public void AMemberThatCannotStepStopsAllBeforeTheyStep()
    {
        Parameter<double>[] parameters = [Made("a"), Made("b")];
        ScheduleFreeSgd<double> free = new([parameters[1]], new ConstantStepSize(1));
        GroupedOptimizer<double> grouped = new(new Sgd<double>([parameters[0]], new ConstantStepSize(1)), free);
        free.Evaluate();
        using Tape<double> tape = new();
        Gradients<double> gradients = tape.Backward((tape.Parameter(parameters[0]) + tape.Parameter(parameters[1])).Sum());
        Assert.Throws<InvalidOperationException>(() => grouped.Step(gradients));
        Assert.Equal(Made("a").Value.ToArray(), parameters[0].Value.ToArray());
    }

    [Fact]
    public void WhatCannotBeGroupedIsRefused()
    {
        Parameter<double> a = Made("a");
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new GroupedOptimizer<double>(
            new Sgd<double>([a], new ConstantStepSize(1)), new Adam<double>([a], new ConstantStepSize(1)))).Message);
        Assert.Contains("TruncatedSgd", Assert.Throws<ArgumentException>(() => new GroupedOptimizer<double>(
            new TruncatedSgd<double>([a], new ConstantStepSize(1)))).Message);
        Assert.Throws<ArgumentException>(() => new GroupedOptimizer<double>());
        Assert.Throws<ArgumentOutOfRangeException>(() => new GroupedOptimizer<double>(new Sgd<double>([a], new ConstantStepSize(1))) { MaximumNorm = 0 });
    }

    [Fact]
    public void ARestoredRunGoesOnWithTheSameBits()
    {
        for (int saved = 1; saved < 12; saved += 3)
        {
            Parameter<double>[] one = [Made("a"), Made("b"), Made("c")], two = [Made("a"), Made("b"), Made("c")];
            Optimizer<double>[] firstMembers = Members(one), secondMembers = Members(two);
            GroupedOptimizer<double> first = new(firstMembers) { MaximumNorm = 0.7 }, second = new(secondMembers) { MaximumNorm = 0.7 };
            using Tape<double> tape = new();
            for (int t = 0; t < saved; t++)
                Step(first, firstMembers, one, t);
            second.Restore(first.State.ToDictionary(state => state.Name, state => state.Value.ToArray()));
            second.RestoreProgress(first.Progress.ToDictionary(number => number.Key, number => number.Value));
            foreach ((Parameter<double> from, Parameter<double> to) in one.Zip(two))
                to.Value.CopyFrom(from.Value.ToArray());
            for (int t = saved; t < 14; t++)
            {
                Step(first, firstMembers, one, t);
                Step(second, secondMembers, two, t);
            }

            Assert.All(one.Zip(two), pair => Assert.Equal(pair.First.Value.ToArray(), pair.Second.Value.ToArray()));
            Assert.Equal(first.Progress.OrderBy(number => number.Key), second.Progress.OrderBy(number => number.Key));

            void Step(GroupedOptimizer<double> optimizer, Optimizer<double>[] members, Parameter<double>[] parameters, int t)
            {
                optimizer.Step(GradientsOf(tape, parameters, t));
                tape.Reset();
                ((ReduceOnPlateau)members[2].Slots[0].Group.Schedule!).Report(1 + (t % 3));
            }
        }
    }

    private static Optimizer<double>[] Members(Parameter<double>[] x) =>
    [
        new AdamW<double>([x[0]], new WarmUp(new CosineDecay(0.1, 20), 3)),
        new Sgd<double>([x[1]], new RobbinsMonro(0.2), 0.9) { Maximize = true, WeightDecay = 0.1 },
        new RmsProp<double>([new ParameterGroup<double>([x[2]]) { Schedule = new ReduceOnPlateau(0.05, 0.5, 1) }], new ConstantStepSize(1), 0.5),
    ];

    // The second parameter is left out at times.
    private static Gradients<double> GradientsOf(Tape<double> tape, Parameter<double>[] x, int t)
    {
        Var<double> loss = (tape.Parameter(x[0]) * Math.Sin(t + 1)).Sum() + (tape.Parameter(x[2]).Square() * 0.3).Sum();
        return tape.Backward(t % 3 == 1 ? loss : loss + (tape.Parameter(x[1]) * Math.Cos(t)).Sum());
    }

    private static Optimizer<double> Make(string method, ParameterGroup<double> group)
    {
        IStepSizeSchedule schedule = new ConstantStepSize(0.05);
        return method switch
        {
            "sgd" => new Sgd<double>([group], schedule),
            "momentum" => new Sgd<double>([group], schedule, 0.9) { WeightDecay = 0.1, Nesterov = true, Clipping = GradientClipping.ByValue(0.5) },
            "adam" => new Adam<double>([group], schedule) { Clipping = GradientClipping.ByGlobalNorm(0.5) },
            "adamw" => new AdamW<double>([group], schedule),
            "adagrad" => new Adagrad<double>([group], schedule),
            "adadelta" => new Adadelta<double>([group], schedule),
            "rmsprop" => new RmsProp<double>([group], schedule),
            "rprop" => new Rprop<double>([group], schedule),
            "adamax" => new Adamax<double>([group], schedule),
            "nadam" => new NAdam<double>([group], schedule),
            "radam" => new RAdam<double>([group], schedule),
            "adan" => new Adan<double>([group], schedule),
            "lion" => new Lion<double>([group], schedule),
            "ftrl" => new Ftrl<double>([group], schedule),
            "inna" => new Inna<double>([group], schedule),
            "innaprop" => new InnaProp<double>([group], schedule),
            "averaged" => new AveragedSgd<double>([group], schedule),
            "free" => new ScheduleFreeAdamW<double>([group], schedule),
            _ => new Muon<double>([group], schedule),
        };
    }

    private static Parameter<double> Made(string name) => new(name, Device.Default, [2, 2], [1, -2, 0.5, 3]);
}
