using System.Numerics;
using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Solvers;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>
/// Every optimiser on parameters of Half: its states are floats, so that its steps are those of float, rounded once, for gradients whose squares exceed the
/// range of Half. States are restored with the same bits.
/// </summary>
public class HalfStateTests
{
    private const int Steps = 6;
    private static readonly double[] Start = [1, -0.5, 0.25, 2];

    // Optimisers that update components from gradients only; the two others need more and have their own tests below.
    public static TheoryData<string, double> Cases
    {
        get
        {
            TheoryData<string, double> cases = [];
            foreach (Type type in Found.Where(type => type != typeof(SparseAdam<>) && type != typeof(TruncatedSgd<>)))
            {
                cases.Add(type.Name, 1e4);
                cases.Add(type.Name, 1e-4);
            }

            return cases;
        }
    }

    private static IEnumerable<Type> Found => typeof(Optimizer<>).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: true }
            && Bases(type).Any(of => of.IsGenericType && of.GetGenericTypeDefinition() == typeof(Optimizer<>)));

    [Fact]
    public void SumsOfGradientsAreThoseOfFloat()
    {
        var parameter = new Parameter<Half>("x", Device.Default, [2], [(Half)0, (Half)0]);
        using var given = new GivenGradients<Half>(parameter);
        using AccumulatedGradients<Half> sums = new([parameter]), restored = new([parameter]);

        // 2048 + 1 is 2048 in Half, and 1 + 2⁻¹¹ is 1.
        for (int pass = 0; pass < 3000; pass++)
        {
            sums.Add(given.Of([(Half)1, pass == 0 ? (Half)1 : (Half)(1.0 / 2048)]));
            if (pass == 1500)
                restored.RestoreWide(sums.Count, sums.WideState.ToDictionary(sum => sum.Name, sum => sum.Value.ToArray()));
            else if (pass > 1500)
                restored.Add(given.Of([(Half)1, (Half)(1.0 / 2048)]));
        }

        Assert.Equal([(Half)3000, (Half)(1 + (2999.0 / 2048))], sums.Of(parameter).ToArray());
        Assert.Equal(sums.Of(parameter).ToArray(), restored.Of(parameter).ToArray());
        Assert.Equal((3000, 3000), (sums.Count, restored.Count));
        Assert.Throws<InvalidOperationException>(() => sums.State);
        Assert.Throws<InvalidOperationException>(() => sums.Restore(1, new Dictionary<string, Half[]>()));

        // A mean of large gradients is in the range of Half, although their sum is not.
        sums.Reset();
        for (int pass = 0; pass < 4; pass++)
            sums.Add(given.Of([(Half)60000, (Half)(-60000)]), 0.25);
        Assert.Equal([(Half)60000, (Half)(-60000)], sums.Of(parameter).ToArray());
    }

    [Theory]
    [InlineData(LineSearch.None)]
    [InlineData(LineSearch.StrongWolfe)]
    [InlineData(LineSearch.WeakWolfe)]
    public void QuasiNewtonStepsMultiplyInFloat(LineSearch search)
    {
        // Σ c·(x − 3)²/2: products of gradients are near 10⁷ at the start, and squares of moves near 10⁻⁸ at the end.
        const int Count = 2000;
        var parameter = new Parameter<Half>("x", Device.Default, [Count], Enumerable.Repeat((Half)1, Count).ToArray());
        using var given = new GivenGradients<Half>(parameter);
        using var optimizer = new LBfgs<Half>([parameter]) { LineSearch = search, MaximumIterations = 30, MaximumEvaluations = 200 };
        double first = optimizer.Step(() => At(parameter, given));
        Half[] found = parameter.Value.ToArray();
        Assert.Equal(Count * 2.0 * 34, first, 1e-6 * first);
        Assert.All(found, x => Assert.InRange((double)x, 3 - 0.01, 3 + 0.01));
        Assert.All(optimizer.WideState, state => Assert.All(state.Value.ToArray(), number => Assert.True(float.IsFinite(number))));
        Assert.Throws<InvalidOperationException>(() => optimizer.State);

        // Another optimiser continues with the same bits from the saved state.
        parameter.Value.CopyFrom(Enumerable.Repeat((Half)2.5, Count).ToArray());
        using var other = new LBfgs<Half>([parameter]) { LineSearch = search, MaximumIterations = 30, MaximumEvaluations = 200 };
        other.RestoreWide(optimizer.Iterations, optimizer.Evaluations, optimizer.WideState.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        optimizer.Step(() => At(parameter, given));
        found = parameter.Value.ToArray();
        parameter.Value.CopyFrom(Enumerable.Repeat((Half)2.5, Count).ToArray());
        other.Step(() => At(parameter, given));
        Assert.Equal(found, parameter.Value.ToArray());
    }

    private static (double Loss, Gradients<Half> Gradients) At(Parameter<Half> parameter, GivenGradients<Half> given)
    {
        double loss = 0;
        Half[] x = parameter.Value.ToArray(), slopes = new Half[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double curvature = i % 2 == 0 ? 4 : 64, off = (double)x[i] - 3;
            loss += 0.5 * curvature * off * off;
            slopes[i] = (Half)(curvature * off);
        }

        return (loss, given.Of(slopes));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void StepsAreThoseOfFloatRoundedOnce(string name, double size)
    {
        var half = new Parameter<Half>("x", Device.Default, [2, 2], Narrow(Start));
        var single = new Parameter<float>("x", Device.Default, [2, 2], Array.ConvertAll(Narrow(Start), number => (float)number));
        Optimizer<Half> first = Make(name, half);
        Optimizer<float> second = Make(name, single);
        using var given = new GivenGradients<Half>(half);
        using var givenToFloat = new GivenGradients<float>(single);
        for (int step = 0; step < Steps; step++)
        {
            Half[] gradient = GradientAt(step, size);
            first.Step(given.Of(gradient));
            second.Step(givenToFloat.Of(Array.ConvertAll(gradient, number => (float)number)));
            Half[] rounded = Array.ConvertAll(single.Value.ToArray(), number => (Half)number);
            Assert.All(rounded, number => Assert.True(Half.IsFinite(number), $"{name} leaves Half at step {step}"));
            Assert.Equal(rounded, half.Value.ToArray());
            single.Value.CopyFrom(Array.ConvertAll(rounded, number => (float)number));
        }

        if (size > 1)
            Assert.NotEqual(Narrow(Start), half.Value.ToArray());
        Assert.Equal(second.State.Select(state => state.Name), first.WideState.Select(state => state.Name));
        Assert.All(first.WideState, state => Assert.All(state.Value.ToArray(), number => Assert.True(float.IsFinite(number))));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AStateRestoredMidRunContinuesToTheBit(string name, double size)
    {
        var one = new Parameter<Half>("x", Device.Default, [2, 2], Narrow(Start));
        Optimizer<Half> first = Make(name, one);
        using var given = new GivenGradients<Half>(one);
        for (int step = 0; step < Steps / 2; step++)
            first.Step(given.Of(GradientAt(step, size)));
        var two = new Parameter<Half>("x", Device.Default, [2, 2], one.Value.ToArray());
        Optimizer<Half> second = Make(name, two);
        second.RestoreWide(first.StepCount, first.UpdateCounts.ToDictionary(count => count.Name, count => count.Updates),
            first.WideState.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        using var givenToTwo = new GivenGradients<Half>(two);
        for (int step = Steps / 2; step < Steps; step++)
        {
            first.Step(given.Of(GradientAt(step, size)));
            second.Step(givenToTwo.Of(GradientAt(step, size)));
        }

        Assert.Equal(one.Value.ToArray(), two.Value.ToArray());
        foreach (((string _, NDArray<float> a), (string _, NDArray<float> b)) in first.WideState.Zip(second.WideState))
            Assert.Equal(a.ToArray(), b.ToArray());
    }

    [Fact]
    public void RowsOfATableKeepFloatsToo()
    {
        var table = new Parameter<Half>("table", Device.Default, [3, 1], Narrow([1, 2, 3]));
        var optimizer = new SparseAdam<Half>([table], new ConstantStepSize(0.25));
        using Tape<Half> tape = new();
        for (int step = 0; step < 3; step++)
        {
            using TableRows<Half> rows = new(table, [0, 2]);
            tape.Reset();
            Assert.True(optimizer.Step(tape.Backward((rows.Record(tape) * tape.Constant([2, 1], Narrow([1e4, -1e4]))).Sum()), rows));
        }

        Assert.Equal(Narrow([0.25, 2, 3.75]), table.Value.ToArray());
        Assert.InRange(optimizer.WideState.Single(state => state.Name.EndsWith("second_moment", StringComparison.Ordinal)).Value.ToArray()[0], 2.9e5f, 3.1e5f);
    }

    [Fact]
    public void TheStateOfTheOtherTypeIsRefused()
    {
        var half = new Parameter<Half>("x", Device.Default, [1], [Half.One]);
        Optimizer<Half> optimizer = new Adam<Half>([half], new ConstantStepSize(0.1));
        Assert.Contains(nameof(Optimizer<Half>.WideState), Assert.Throws<InvalidOperationException>(() => optimizer.State).Message);
        var single = new Parameter<float>("x", Device.Default, [1], [1]);
        Optimizer<float> other = new Adam<float>([single], new ConstantStepSize(0.1));
        Assert.Empty(other.WideState);
        Assert.Contains("Restore", Assert.Throws<InvalidOperationException>(() => other.RestoreWide(0, null, new Dictionary<string, float[]>())).Message);
    }

    private static Half[] GradientAt(int step, double size) => Narrow([size, -size, size * (step - 2), size / 3]);

    private static Half[] Narrow(double[] numbers) => Array.ConvertAll(numbers, number => (Half)number);

    // Adadelta determines its own step size, and 1 is its published factor.
    private static Optimizer<T> Make<T>(string name, Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Type type = Found.Single(type => type.Name == name).MakeGenericType(typeof(T));
        ConstructorInfo constructor = type.GetConstructors().Single(one => one.GetParameters()[0].ParameterType == typeof(IEnumerable<Parameter<T>>));
        object?[] arguments = [.. constructor.GetParameters().Select((argument, place) => place switch
        {
            0 => (Parameter<T>[])[parameter],
            1 => new ConstantStepSize(type.GetGenericTypeDefinition() == typeof(Adadelta<>) ? 1 : 1.0 / 128),
            _ => argument.ParameterType == typeof(IProximalOperator) ? ProximalOperators.L1Norm(0.1) : argument.DefaultValue,
        })];
        return (Optimizer<T>)constructor.Invoke(arguments);
    }

    private static IEnumerable<Type> Bases(Type type)
    {
        for (Type? of = type.BaseType; of is not null; of = of.BaseType)
            yield return of;
    }
}
