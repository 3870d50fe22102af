using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>L-BFGS on parameters, against the inverse Hessian written out as a matrix.</summary>
public class LBfgsTests
{
    private const int Iterations = 50;

    [Theory]
    [InlineData("quadratic", 100)]
    [InlineData("quadratic", 4)]
    [InlineData("network", 100)]
    [InlineData("sparse", 10)]
    public void IterationsAreThoseOfTheMatrix(string name, int history)
    {
        GradientProblem problem = GradientProblem.Named(name);
        // The gradient stays that of t = 1, because the loss must be the same function within a step.
        double[] x = problem.Start();
        var parameter = new Parameter<double>("x", Device.Default, [x.Length], x);
        using var optimizer = new LBfgs<double>([parameter], 0.2) { MaximumIterations = 7, HistorySize = history };
        using var given = new GivenGradients<double>(parameter);
        List<(double[] S, double[] Y)> pairs = [];
        double[] last = [], move = [];
        for (int k = 0; k < Iterations; k++)
        {
            double[] g = problem.Gradient(1, x);
            if (k > 0 && Dot(move, Minus(g, last)) > 1e-10)
                pairs = [.. pairs.TakeLast(history - 1), (move, Minus(g, last))];
            double[] d = [.. Product(pairs, g).Select(value => -value)];
            double length = k == 0 ? Math.Min(1, 1 / g.Sum(Math.Abs)) * 0.2 : 0.2;
            move = [.. d.Select(value => length * value)];
            last = g;
            x = [.. x.Zip(move, (a, b) => a + b)];
        }

        while (optimizer.Iterations < Iterations - 1)
        {
            if (Iterations - optimizer.Iterations < 7)
                break;
            // The value only decides whether a step ends early; a given value that changes does not end it.
            optimizer.Step(() => (optimizer.Evaluations, given.Of(problem.Gradient(1, parameter.Value.ToArray()))));
        }

        using var rest = new LBfgs<double>([parameter], 0.2) { MaximumIterations = Iterations - (int)optimizer.Iterations, HistorySize = history };
        rest.Restore(optimizer.Iterations, optimizer.Evaluations, optimizer.State.ToDictionary(state => state.Name, state => state.Value.ToArray()));
        rest.Step(() => (rest.Evaluations, given.Of(problem.Gradient(1, parameter.Value.ToArray()))));
        Assert.Equal(Iterations, rest.Iterations);
        Assert.InRange(parameter.Value.ToArray().Zip(x, (a, b) => Math.Abs(a - b)).Max() / x.Max(Math.Abs), 0, 1e-12);
    }

    [Theory]
    [InlineData(LineSearch.StrongWolfe)]
    [InlineData(LineSearch.WeakWolfe)]
    public void LineSearchesReachTheMinimumOfRosenbrocksValley(LineSearch search)
    {
        Assert.InRange(Distance<double>(search), 0, 1e-6);
        Assert.InRange(Distance<float>(search), 0, 2e-3);
    }

    [Fact]
    public void TheStrongSearchMeetsBothConditionsOnFunctionsOfOneVariable()
    {
        foreach (Func<double, (double Value, double Slope)> along in (Func<double, (double Value, double Slope)>[])
            [
                t => (-t / ((t * t) + 2), ((t * t) - 2) / (((t * t) + 2) * ((t * t) + 2))),
                t => (((t - 5) * (t - 5)) - 25, 2 * (t - 5)),
                t => (Math.Exp(t) - (4 * t) - 1, Math.Exp(t) - 4),
            ])
        {
            foreach (double first in (ReadOnlySpan<double>)[1e-3, 0.1, 1, 10, 30])
            {
                (double value, double slope) = along(0);
                double length = StrongWolfe.Search(along, first, value, slope, 1e-12);
                Assert.True(along(length).Value <= value + (1e-4 * length * slope), $"decrease from {first}");
                Assert.True(Math.Abs(along(length).Slope) <= 0.9 * Math.Abs(slope), $"slope from {first}");
            }
        }
    }

    [Fact]
    public void AKinkIsReachedByTheWeakSearch()
    {
        var parameter = new Parameter<double>("x", Device.Default, [2], [-1.3, 0.7]);
        using var optimizer = new LBfgs<double>([parameter])
        {
            LineSearch = LineSearch.WeakWolfe,
            MaximumIterations = 60,
            MaximumEvaluations = 500,
            HistorySize = 10
        };
        using Tape<double> tape = new();
        optimizer.Step(() =>
        {
            tape.Reset();
            Var<double> x = tape.Parameter(parameter);
            Var<double> loss = (x * tape.Constant([2], [1, 3])).Abs().Sum() + (0.5 * x.Square().Sum());
            return (loss.Value.GetScalar(), tape.Backward(loss));
        });
        Assert.InRange(parameter.Value.ToArray().Max(Math.Abs), 0, 1e-6);
    }

    [Fact]
    public void WrongUsesAreNamed()
    {
        var parameter = new Parameter<double>("x", Device.Default, [1], [1]);
        Assert.Contains("x", Assert.Throws<ArgumentException>(() => new LBfgs<double>([parameter, parameter])).Message);
        Assert.Throws<ArgumentException>(() => new LBfgs<double>([]));
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(() => new LBfgs<double>([parameter]) { HistorySize = 0 }).Message);
        using var optimizer = new LBfgs<double>([parameter]);
        using var given = new GivenGradients<double>(parameter);
        Assert.Contains("NaN", Assert.Throws<ArithmeticException>(() => optimizer.Step(() => (double.NaN, given.Of([1])))).Message);
        Assert.Contains("last_move",
            Assert.Throws<ArgumentException>(() => optimizer.Restore(3, 3, new Dictionary<string, double[]> { ["last_gradient"] = [1] })).Message);
        Assert.Empty(optimizer.State);
    }

    private static double Distance<T>(LineSearch search)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var first = new Parameter<T>("a", Device.Default, [1], [T.CreateChecked(-1.2)]);
        var second = new Parameter<T>("b", Device.Default, [1], [T.One]);
        using var optimizer = new LBfgs<T>([first, second]) { LineSearch = search, MaximumIterations = 100, MaximumEvaluations = 1000, ChangeTolerance = 0 };
        using Tape<T> tape = new();
        double before = optimizer.Step(() =>
        {
            tape.Reset();
            Var<T> a = tape.Parameter(first), b = tape.Parameter(second), one = tape.Constant(T.One);
            Var<T> loss = ((b - a.Square()).Square() * tape.Constant(T.CreateChecked(100))) + (one - a).Square();
            Var<T> sum = loss.Sum();
            return (double.CreateChecked(sum.Value.GetScalar()), tape.Backward(sum));
        });
        Assert.Equal(24.2, before, 1e-4);
        return Math.Abs(double.CreateChecked(first.Value.GetScalar()) - 1) + Math.Abs(double.CreateChecked(second.Value.GetScalar()) - 1);
    }

    // H·g with H = (I − ρsy')H(I − ρys') + ρss' pair by pair, from γI.
    private static double[] Product(List<(double[] S, double[] Y)> pairs, double[] g)
    {
        int n = g.Length;
        double scale = pairs.Count == 0 ? 1 : Dot(pairs[^1].S, pairs[^1].Y) / Dot(pairs[^1].Y, pairs[^1].Y);
        double[][] h = [.. Enumerable.Range(0, n).Select(i => (double[])[.. Enumerable.Range(0, n).Select(j => i == j ? scale : 0.0)])];
        foreach ((double[] s, double[] y) in pairs)
        {
            double rho = 1 / Dot(s, y);
            double[] hy = [.. h.Select(row => Dot(row, y))];
            double yhy = Dot(y, hy);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    h[i][j] += (((rho * rho * yhy) + rho) * s[i] * s[j]) - (rho * ((hy[i] * s[j]) + (s[i] * hy[j])));
            }
        }

        return [.. h.Select(row => Dot(row, g))];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (one, other) => one * other).Sum();

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (one, other) => one - other)];
}
