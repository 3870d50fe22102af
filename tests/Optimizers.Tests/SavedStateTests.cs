using System.Numerics;
using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Solvers;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>
/// Every optimiser, saved after a random step and restored into a new one, continues with the same bits. A restore that throws changes nothing.
/// </summary>
public sealed class SavedStateTests
{
    private const int Steps = 30;

    /// <summary>All optimisers of the library with a constructor from parameters and a schedule, found by reflection.</summary>
    public static TheoryData<Type> Optimizers =>
    [
        .. typeof(Optimizer<>).Assembly.GetExportedTypes()
            .Where(type => type.IsGenericTypeDefinition && !type.IsAbstract && IsOptimizer(type.MakeGenericType(typeof(float)))),
    ];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void ARestoredRunGoesOnWithTheSameBits(Type optimizer)
    {
        foreach (bool reportsPlateaus in (bool[])[false, true])
        {
            for (ulong seed = 0; seed < 4; seed++)
                Run(optimizer, seed, reportsPlateaus);
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void AStepThatThrowsLeavesEveryBit(Type type)
    {
        Parameter<float>[] parameters = Parameters();
        Optimizer<float> optimizer = Make(type, parameters, new ConstantStepSize(0.01), true);
        using Tape<float> tape = new();
        Step(optimizer, tape, parameters, 1, 0, true);
        float[][] before = Elements(parameters, optimizer);
        long steps = optimizer.StepCount;
        Assert.Throws<ArithmeticException>(() => Step(optimizer, tape, parameters, 1, 1, true, float.NaN));
        Assert.Equal(before, Elements(parameters, optimizer));
        Assert.Equal(steps, optimizer.StepCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AScheduleFreeRunSavedWhileEvaluatingTrainsFromTheRightPoint(bool adaptive)
    {
        Parameter<float> one = new("x", Device.Default, [2], [1, 2]), two = new("x", Device.Default, [2]);
        Optimizer<float> first = MakeOf(one), second = MakeOf(two);
        using GivenGradients<float> given = new(one), givenToTwo = new(two);
        for (int t = 0; t < 5; t++)
            first.Step(given.Of([1, 0.5f * t]));
        SwitchTo(first, false);
        second.Restore(first.StepCount, first.UpdateCounts.ToDictionary(c => c.Name, c => c.Updates),
            first.State.ToDictionary(s => s.Name, s => s.Value.ToArray()));
        two.Value.CopyFrom(one.Value.ToArray());
        Assert.Contains("Train", Assert.Throws<InvalidOperationException>(() => second.Step(givenToTwo.Of([1, 1]))).Message, StringComparison.Ordinal);
        SwitchTo(first, true);
        SwitchTo(second, true);
        for (int t = 0; t < 5; t++)
        {
            first.Step(given.Of([-1, t]));
            second.Step(givenToTwo.Of([-1, t]));
        }

        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());

        Optimizer<float> MakeOf(Parameter<float> x) =>
            adaptive ? new ScheduleFreeAdamW<float>([x], new ConstantStepSize(0.05)) : new ScheduleFreeSgd<float>([x], new ConstantStepSize(0.05));
    }

    [Fact]
    public void AMixedPrecisionRunGoesOnWithTheSameBits()
    {
        Parameter<Half> one = new("x", Device.Default, [3], [(Half)1, (Half)2, (Half)3]), two = new("x", Device.Default, [3]);
        LossScaling scaling = new() { Initial = 1024, GrowthInterval = 4 };
        using MixedPrecision first = new([one], masters => new Adam<float>(masters, new ConstantStepSize(0.003)), scaling);
        using MixedPrecision second = new([two], masters => new Adam<float>(masters, new ConstantStepSize(0.003)), scaling);
        using Tape<Half> tape = new();
        for (int t = 0; t < 7; t++)
            StepOf(first, one);
        second.Restore(first.WideState.ToDictionary(state => state.Name, state => state.Value.ToArray()), first.Progress);
        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());
        for (int t = 0; t < 9; t++)
        {
            StepOf(first, one);
            StepOf(second, two);
        }

        Assert.Equal(first.Masters[0].Value.ToArray(), second.Masters[0].Value.ToArray());
        Assert.Equal((first.Scale, first.SkippedSteps, first.StepCount), (second.Scale, second.SkippedSteps, second.StepCount));
        Assert.NotEqual(1024, first.Scale);

        void StepOf(MixedPrecision optimizer, Parameter<Half> x)
        {
            Var<Half> loss = tape.Parameter(x).Square().Sum();
            optimizer.Step(optimizer.Backward(tape, loss));
            tape.Reset();
        }
    }

    [Fact]
    public void AnAccumulationGoesOnWithTheSameBits()
    {
        Parameter<float>[] parameters = Parameters();
        using AccumulatedGradients<float> first = new(parameters), second = new(parameters);
        using Tape<float> tape = new();
        for (int t = 0; t < 6; t++)
        {
            if (t == 3)
                second.Restore(first.Count, first.State.ToDictionary(sum => sum.Name, sum => sum.Value.ToArray()));
            Gradients<float> gradients = GradientsOf(tape, parameters, 5, t, t != 0);
            first.Add(gradients, 0.3);
            if (t >= 3)
                second.Add(gradients, 0.3);
            tape.Reset();
        }

        Assert.Equal(first.Count, second.Count);
        foreach (Parameter<float> parameter in parameters)
            Assert.Equal(first.Of(parameter).ToArray(), second.Of(parameter).ToArray());
        Assert.Throws<ArgumentException>(() => second.Restore(1, new Dictionary<string, float[]> { ["nobody"] = [1] }));
    }

    [Fact]
    public void GradientsOfAPassThatIsOverStepNothing()
    {
        Parameter<float>[] parameters = Parameters();
        Sgd<float> optimizer = new(parameters, new ConstantStepSize(1));
        using Tape<float> tape = new();
        Gradients<float> gradients = GradientsOf(tape, parameters, 1, 1, true);
        tape.Reset();
        float[][] before = Elements(parameters, optimizer);
        Assert.Contains("earlier reverse pass", Assert.Throws<InvalidOperationException>(() => optimizer.Step(gradients)).Message, StringComparison.Ordinal);
        using AccumulatedGradients<float> sums = new(parameters);
        Assert.Throws<InvalidOperationException>(() => sums.Add(gradients));
        Assert.Equal(before, Elements(parameters, optimizer));
        Assert.Equal(0, optimizer.StepCount);
    }

    [Fact]
    public void AStepBetweenTwoGradientsOfOneRecordIsNamed()
    {
        Parameter<float> u = new("u", Device.Default, [1], [2f]);
        Sgd<float> optimizer = new([u], new ConstantStepSize(0.1));
        using Tape<float> tape = new();
        Var<float> a = tape.Parameter(u).Square(), first = a.Exp().Sum(), second = (a * tape.Parameter(u)).Sum();
        optimizer.Step(tape.Backward(first));
        Assert.Equal("Sgd.Step", Assert.Throws<ArrayChangedException>(() => tape.Backward(second)).ChangedBy);
    }

    private static void Run(Type type, ulong seed, bool reportsPlateaus)
    {
        int saved = 1 + (int)(new Philox(seed, 7).Block(0).Word0 % (Steps - 2));
        IStepSizeSchedule Schedule() => reportsPlateaus ? new WarmUp(new ReduceOnPlateau(0.02, 0.5, 1), 4) : new WarmUp(new RobbinsMonro(0.02, 20), 4);
        Parameter<float>[] one = Parameters(), two = Parameters();
        Optimizer<float> first = Make(type, one, Schedule(), false), second = Make(type, two, Schedule(), false);
        using Tape<float> tape = new();
        for (int t = 0; t < saved; t++)
            StepAndReport(first, one, t);
        bool evaluates = seed % 2 == 1 && SwitchTo(first, false);
        second.Restore(first.StepCount, null, first.State.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        second.RestoreProgress(first.Progress.ToDictionary(number => number.Key, number => number.Value));
        foreach ((Parameter<float> from, Parameter<float> to) in one.Zip(two))
            to.Value.CopyFrom(from.Value.ToArray());
        if (evaluates)
        {
            SwitchTo(first, true);
            SwitchTo(second, true);
        }

        for (int t = saved; t < Steps; t++)
        {
            StepAndReport(first, one, t);
            StepAndReport(second, two, t);
        }

        Assert.Equal(Elements(one, first), Elements(two, second));
        Assert.Equal(first.Progress.OrderBy(number => number.Key), second.Progress.OrderBy(number => number.Key));

        void StepAndReport(Optimizer<float> optimizer, Parameter<float>[] parameters, int t)
        {
            // The second parameter is skipped occasionally, so that counts differ.
            Step(optimizer, tape, parameters, seed, t, t % 3 != 1);
            if (((WarmUp)optimizer.Schedule).Inner is ReduceOnPlateau plateau)
                plateau.Report(1 + (t % 5));
        }
    }

    private static void Step(Optimizer<float> optimizer, Tape<float> tape, Parameter<float>[] parameters, ulong seed, int t, bool usesSecond, float last = 0)
    {
        try
        {
            if (optimizer is TruncatedSgd<float> truncated)
            {
                truncated.Step(GradientsOf(tape, parameters, seed, t, usesSecond, last), 0.5);
                return;
            }

            if (optimizer is not SparseAdam<float> sparse)
            {
                optimizer.Step(GradientsOf(tape, parameters, seed, t, usesSecond, last));
                return;
            }

            TableRows<float>[] rows = Array.ConvertAll(parameters[..(usesSecond ? 2 : 1)], parameter => new TableRows<float>(parameter, [0, 1]));
            Var<float> loss = tape.Constant(0f);
            for (int i = 0; i < rows.Length; i++)
                loss += (rows[i].Record(tape) * tape.Constant([2, 3], Given(seed, t, i, last))).Sum();
            sparse.Step(tape.Backward(loss), rows);
        }
        finally
        {
            tape.Reset();
        }
    }

    private static Gradients<float> GradientsOf(Tape<float> tape, Parameter<float>[] parameters, ulong seed, int t, bool usesSecond, float last = 0)
    {
        Var<float> loss = (tape.Parameter(parameters[0]) * tape.Constant([2, 3], Given(seed, t, 0, last))).Sum();
        if (usesSecond)
            loss += (tape.Parameter(parameters[1]) * tape.Constant([2, 3], Given(seed, t, 1, last))).Sum();
        return tape.Backward(loss);
    }

    private static float[] Given(ulong seed, int t, int parameter, float last)
    {
        float[] gradient = new float[6];
        new Philox(seed, (ulong)((10 * t) + parameter)).Uniform<float>(gradient, -1, 1);
        if (parameter == 1)
            gradient[^1] += last;
        return gradient;
    }

    private static Parameter<float>[] Parameters() =>
        [new("a", Device.Default, [2, 3], [1f, -2, 3, -4, 5, -6]), new("b", Device.Default, [2, 3], [0.5f, 0.25f, -1, 2, -3, 0.1f])];

    private static float[][] Elements(Parameter<float>[] parameters, Optimizer<float> optimizer) =>
        [.. parameters.Select(parameter => parameter.Value.ToArray()), .. optimizer.State.Select(state => state.Value.ToArray())];

    private static bool SwitchTo(Optimizer<float> optimizer, bool trains)
    {
        if (optimizer is not ScheduleFree<float> scheduleFree)
            return false;
        if (trains)
            scheduleFree.Train();
        else
            scheduleFree.Evaluate();
        return true;
    }

    private static bool IsOptimizer(Type type) =>
        type.BaseType is { } parent && ((parent.IsGenericType && parent.GetGenericTypeDefinition() == typeof(Optimizer<>)) || IsOptimizer(parent));

    private static Optimizer<float> Make(Type type, Parameter<float>[] parameters, IStepSizeSchedule schedule, bool throws)
    {
        Type closed = type.MakeGenericType(typeof(float));
        ConstructorInfo constructor = closed.GetConstructors()
            .First(constructor => constructor.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(IEnumerable<Parameter<float>>));
        object?[] arguments = [.. constructor.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(IEnumerable<Parameter<float>>) ? parameters
            : parameter.ParameterType == typeof(IStepSizeSchedule) ? schedule
            : parameter.ParameterType == typeof(IProximalOperator) ? ProximalOperators.L1Norm(0.01)
            : parameter.HasDefaultValue ? parameter.DefaultValue
            : parameter.ParameterType == typeof(double) ? 0.5
            : throw new NotSupportedException($"{closed.Name} is made of a {parameter.ParameterType}, which this test does not know."))];
        var optimizer = (Optimizer<float>)constructor.Invoke(arguments);
        if (throws)
            typeof(Optimizer<float>).GetProperty(nameof(optimizer.OnNonFiniteGradient))!.SetValue(optimizer, OnNonFiniteGradient.Throw);
        return optimizer;
    }
}
