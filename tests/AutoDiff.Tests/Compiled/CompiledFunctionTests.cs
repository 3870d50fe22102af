using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Tests;

namespace ConservativeAD.AutoDiff.Tests.Compiled;

/// <summary>What a compiled function does with programs that are hard to compile, with bad arguments, and with memory.</summary>
public class CompiledFunctionTests
{
    private static readonly double[] Points = [-3, -1, -0.5, -0.0, 0, 0.5, 1, 2, 2.5, 7, 1e9, double.NaN, double.PositiveInfinity];

    public static TheoryData<string, Func<Active[], Active>> Hidden => new()
    {
        { "a branch on the value", x => x[0].Value > 0.25 ? x[0] * x[0] : 3 * x[0] },
        { "a constant of the value", x => x[0] * Math.Sin(x[0].Value) },
        { "a rounded number", x => x[0] * Active.Round(x[0]) },
        { "a truncated number", x => x[0] * Active.Truncate(x[0]) },
        { "a remainder", x => x[0] % 2 },
        { "an integer", x => x[0] * int.CreateSaturating(x[0]) },
        { "a hash", x => x[0].GetHashCode() % 2 == 0 ? x[0] : -x[0] },
        { "a text", x => x[0].ToString().Length > 2 ? x[0] : -x[0] },
        { "an exponent", x => double.IsFinite(x[0].Value) ? Active.ILogB(x[0] + 3) * x[0] : x[0] },
        { "a detached number", x => x[0] * x[0].Detach() },
        { "a function of its own", x => x[0].Apply(Math.Sin, (z, _) => Active.Cos(z)) },
        { "a derivative within", x => NestedTape.DirectionalDerivative(u => u[0] * u[0] * u[0], [x[0]], [x[0]]) },
        { "an equal object", x => x[0].Equals(new Active(2)) ? x[0] * 7 : x[0] },
        { "bounds that move", x => Active.Clamp(x[0], Active.Min(x[0], 0), 2) },
        { "a native maximum", x => Active.MaxNative(x[0], 1 - x[0]) },
    };

    [Theory]
    [MemberData(nameof(Hidden))]
    public void ProgramsWhoseWayNoTraceShowsRunOnTheTape(string what, Func<Active[], Active> program)
    {
        using CompiledCheck check = new(program, 1);
        foreach (double point in Points)
            check.At(point);
        Assert.True(check.Function.WhyInterpreted is { Length: > 0 }, what);
        double[] values = new double[Points.Length], gradients = new double[Points.Length];
        check.Function.Map(Points, values, gradients);
        for (int i = 0; i < Points.Length; i++)
        {
            CompiledCheck.AssertBits(check.Tape([Points[i]]).Value, values[i], what);
            CompiledCheck.AssertBits(check.Tape([Points[i]]).Gradient[0], gradients[i], what);
        }
    }

    // The reason stands on one way only; the other one was compiled before.
    [Fact]
    public void AWayThatCannotBeCompiledLeavesTheOthersRight()
    {
        using CompiledCheck check = new(x => x[0] > 0 ? x[0] * x[0] : x[0] * Math.Exp(x[0].Value), 1);
        foreach (double point in (double[])[2, -1, 3, -2, 0, double.NaN, -4, 5])
            check.At(point);
        Assert.Equal(1, check.Function.Paths);
        Assert.NotNull(check.Function.WhyInterpreted);
    }

    [Fact]
    public void QuestionsAboutANumberAreAskedAgain()
    {
        Func<Active, bool>[] questions =
        [
            x => x < 1, x => x <= 1, x => x > 1, x => x >= 1, x => x == 1, x => x != 1, x => 1 < x, x => x.CompareTo(1) > 0, Active.IsNegative, Active.IsNaN,
            Active.IsFinite, Active.IsInteger, Active.IsEvenInteger, Active.IsOddInteger, Active.IsNormal, Active.IsSubnormal, Active.IsZero,
            Active.IsPositiveInfinity, Active.IsRealNumber, x => x == (Active)(object)x, x => Active.Abs(x) > 1, x => Active.MaxMagnitude(x, -1) == -1,
        ];
        double[] points = [.. Points, -double.NaN, double.NegativeInfinity, double.Epsilon, -1e-310, 3, 4, double.MaxValue];
        foreach (Func<Active, bool> question in questions)
        {
            // Every third point is the first once.
            for (int first = 0; first < points.Length; first += 3)
            {
                using CompiledCheck check = new(x => question(x[0]) ? x[0] * x[1] : x[1] - x[0], 2);
                for (int i = 0; i < points.Length; i++)
                    check.At(points[(first + i) % points.Length], 1.5);
                Assert.Null(check.Function.WhyInterpreted);
            }
        }
    }

    [Fact]
    public void KinksSelectAsOnTheTape()
    {
        Selections selections = Selections.PyTorch with { ReluAtZero = 0.3, AbsAtZero = 0.6, FirstOfPairWeight = 0.8 };
        using CompiledCheck check = new(x => Active.Relu(x[0]) + (2 * Active.Abs(x[0])) + (4 * Active.Max(x[0], x[1])) - (8 * Active.Min(x[1], x[0])), 2,
            selections);
        foreach (double x in (double[])[0, -0.0, 1, -1, 0.5])
        {
            foreach (double y in (double[])[0, -0.0, 1, -1])
                check.At(x, y);
        }

        Assert.Null(check.Function.WhyInterpreted);
        double[] gradient = new double[2];
        check.Function.ValueAndGradient([0, 0], gradient);
        Assert.Equal(0.3 + (2 * 0.6) + (4 * 0.8) - (8 * (1 - 0.8)), gradient[0], 1e-15);
    }

    // The cotangent of a root at 0 is 0 where the other factor is 0, and no infinite slope changes that.
    [Fact]
    public void AZeroCotangentStaysZero()
    {
        using CompiledCheck root = new(x => Active.Sqrt(x[0]) * x[1], 2), choice = new(x => x[1] > 0 ? Active.Sqrt(x[0]) : x[0], 2),
            product = new(x => 0 * Active.Log(x[0]) + x[1], 2);
        root.At(0, 4);
        root.At(0, 0);
        root.At(4, 0);
        choice.At(-1, -1);
        choice.At(-1, 1);
        product.At(0, 1);
        double[] gradient = new double[2];
        root.Function.ValueAndGradient([0, 0], gradient);
        Assert.Equal(0, gradient[0]);
    }

    [Fact]
    public void ConstantsInputsAndUnusedInputsAreResults()
    {
        using CompiledCheck constant = new(_ => 3, 2), infinite = new(_ => double.PositiveInfinity, 1), input = new(x => x[1], 2),
            twice = new(x => x[0] + x[0], 2);
        constant.At(1, 2);
        infinite.At(1);
        input.At(1, -0.0);
        twice.At(0.1, double.NaN);
        double[] values = new double[5];
        constant.Function.Map(new double[10], values);
        Assert.Equal([3, 3, 3, 3, 3], values);
        infinite.Function.Map(new double[5], values);
        Assert.Equal(double.PositiveInfinity, values[4]);
    }

    [Fact]
    public void ExceptionsOfAProgramAreItsOwn()
    {
        CompiledFunction function = CompiledFunction.Of(x => x[0] < 0 ? throw new NotSupportedException("below 0") : x[0] * x[0], 1);
        double[] gradient = new double[1];
        Assert.Throws<NotSupportedException>(() => function.Value([-1]));
        Assert.Equal(9, function.ValueAndGradient([3], gradient));
        Assert.Throws<NotSupportedException>(() => function.Value([-1]));
        Assert.Throws<NotSupportedException>(() => function.Map([1, -1], new double[2]));
        Assert.Equal(16, function.Value([4]));
        using ScalarTape other = new();
        Active foreign = other.Variable(1);
        Assert.Throws<InvalidOperationException>(() => CompiledFunction.Of(x => x[0] * foreign, 1).Value([1]));
        Assert.Throws<InvalidOperationException>(() => CompiledFunction.Of(_ => foreign, 1).Value([1]));
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        CompiledFunction function = CompiledFunction.Of(x => x[0] * x[1], 2);
        double[] data = new double[8];
        Assert.Throws<ArgumentNullException>(() => CompiledFunction.Of(null!, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CompiledFunction.Of(x => x[0], 0));
        Assert.Throws<ArgumentException>(() => function.Value([1]));
        Assert.Throws<ArgumentException>(() => function.ValueAndGradient([1, 2], new double[3]));
        Assert.Throws<ArgumentException>(() => function.Map(data, new double[3]));
        Assert.Throws<ArgumentException>(() => function.Map(data, data.AsSpan(0, 4)));
        Assert.Throws<ArgumentException>(() => function.Map(data, new double[4], new double[7]));
        Assert.Throws<ArgumentException>(() => function.MapColumns(data, [new(0, 1)], new double[4]));
        Assert.Throws<ArgumentException>(() => function.MapColumns(data, [new(0, 1), new(5, 1)], new double[4]));
        Assert.Throws<ArgumentException>(() => function.MapColumns(data, [new(-1, 1), new(0, 1)], new double[4]));
        Assert.Throws<ArgumentException>(() => function.MapColumns(data, [new(0, int.MaxValue), new(0, 1)], new double[4]));
        Assert.Throws<ArgumentException>(() => function.PullColumns(data, [new(0, 1), new(0, 1)], new double[4], new double[3], new double[8]));
        Assert.Throws<ArgumentException>(() => function.PullColumns(data, [new(0, 1), new(0, 1)], new double[4], [], new double[7]));
        Assert.Throws<ArgumentException>(() => function.PullColumns(data, [new(0, 1), new(0, 1)], new double[4], [], data));
        function.Map([], []);
        function.PullColumns(data, [new(0, 1), new(0, 1)], [], [], new double[8]);
    }

    // Only constant bounds compile: moving ones may cross, which a program is told.
    [Fact]
    public void ConstantBoundsAreCompiled()
    {
        using CompiledCheck check = new(x => Active.Clamp(x[0], -1, 2) * Active.RootN(x[0], 3), 1);
        foreach (double point in Points)
            check.At(point);
        Assert.Null(check.Function.WhyInterpreted);
    }

    // A gradient may be written over the point.
    [Fact]
    public void APointMayBeOverwrittenByItsGradient()
    {
        CompiledFunction function = CompiledFunction.Of(x => x[0] * Active.Sqrt(x[1]), 2);
        double[] place = [3, 4];
        function.ValueAndGradient(place, place);
        Assert.Equal([2, 0.75], place);
        place = [3, 0];
        function.ValueAndGradient(place, place);
        Assert.Equal([0, double.PositiveInfinity], place);
    }

    [Fact]
    public void PullAddsTheGradientOfTheWeightedSum()
    {
        // Columns, a shared number, windows that overlap, and rows.
        CompiledFunction function = CompiledFunction.Of(x => (x[0] * x[1] * x[2]) - (x[3] * x[0] * x[0]) + Active.Abs(x[2]), 4);
        const int count = 23;
        double[] data = new double[200], cotangents = new double[count], values = new double[count], sum = new double[data.Length], gradient = new double[4];
        new Kernels.Philox(9, 1).Uniform<double>(data, -1, 1);
        new Kernels.Philox(9, 2).Uniform<double>(cotangents, -1, 1);
        cotangents[5] = 0;
        InputColumn[] inputs = [InputColumn.From(0), InputColumn.From(1), InputColumn.Shared(60), new(70, 3)];
        double[] expected = new double[data.Length];
        Array.Fill(sum, 1);
        Array.Fill(expected, 1);
        for (int i = 0; i < count; i++)
        {
            double[] point = [data[i], data[i + 1], data[60], data[70 + (3 * i)]];
            double value = function.ValueAndGradient(point, gradient);
            foreach ((int place, double slope) in new[] { i, i + 1, 60, 70 + (3 * i) }.Zip(gradient))
                expected[place] += cotangents[i] * slope;
            values[i] = value;
        }

        double[] given = new double[count], mapped = new double[count];
        function.PullColumns(data, inputs, cotangents, given, sum);
        function.MapColumns(data, inputs, mapped);
        Assert.Equal(values, given);
        Assert.Equal(values, mapped);
        for (int i = 0; i < data.Length; i++)
            Assert.Equal(expected[i], sum[i], 1e-14);
    }

    [Fact]
    public void AnExampleWithoutCotangentContributesNothing()
    {
        CompiledFunction function = CompiledFunction.Of(x => Active.Sqrt(x[0]) + Active.Log(x[1]), 2);
        double[] data = [4, 0, -1, double.NaN, 9, 0.5], cotangents = [1, 0, 0, 0, 1], sum = new double[6];
        function.PullColumns(data, [InputColumn.From(0), InputColumn.Shared(5)], cotangents, [], sum);
        Assert.Equal([0.25, 0, 0, 0, 1.0 / 6, 4], sum);
    }

    [Fact]
    public void NoCallAllocates()
    {
        CompiledFunction function = CompiledFunction.Of(x => x[0] < x[1] ? Active.Exp(x[0]) * x[1] : Active.Relu(x[0] - 2), 2);
        double[] point = [1, 2], other = [2, 1], gradient = new double[2], points = new double[200], values = new double[100], gradients = new double[200];
        double[] cotangents = new double[100], sum = new double[200];
        new Kernels.Philox(4, 1).Uniform<double>(points, -3, 3);
        InputColumn[] inputs = [InputColumn.From(0), InputColumn.Shared(150)];
        Assert.Equal(0, Allocations.Least(() =>
        {
            function.Value(point);
            function.ValueAndGradient(point, gradient);
            function.ValueAndGradient(other, gradient);
            function.Map(points, values);
            function.Map(points, values, gradients);
            function.PullColumns(points, inputs, cotangents, values, sum);
        }));
    }

    [Fact]
    public void ALongProgramRunsOnTheTape()
    {
        using CompiledCheck check = new(x =>
        {
            Active y = x[0];
            for (int i = 0; i < 20_000; i++)
                y = (y * 0.999) + (x[0] * 0.001);
            return y;
        }, 1);
        check.At(2);
        check.At(3);
        Assert.Contains("operations", check.Function.WhyInterpreted, StringComparison.Ordinal);
    }

    // The tape of a trace shows nothing else of itself: what certificates say of the same program stays.
    [Fact]
    public void AnObjectiveOfTheSameProgramKeepsItsCertificates()
    {
        Func<Active[], Active> program = x => Active.Max(Active.Abs(x[0]), Active.Relu(x[1]));
        Objective objective = Objective.OfScalars(program);
        CompiledFunction function = CompiledFunction.Of(program, 2);
        double[] gradient = new double[2];
        Assert.Equal(objective.Gradient([0, 0]).Gradient, Gradient([0, 0]));
        Assert.Equal(objective.Gradient([-1, 0.5]).Gradient, Gradient([-1, 0.5]));
        Assert.True(Clarke.Gradient(objective, [-1, 0.5]).Certificate.IsCertified);

        double[] Gradient(double[] point)
        {
            function.ValueAndGradient(point, gradient);
            return [.. gradient];
        }
    }
}
