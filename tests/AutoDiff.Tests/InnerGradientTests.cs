using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Gradients within losses.</summary>
public class InnerGradientTests
{
    [Fact]
    public void APenaltyHasTheClosedForm()
    {
        // f = Σ x³; ‖∇f‖² = Σ 9x⁴, with gradient 36x³.
        Objective penalty = Penalty(x => (x * x * x).Sum());
        (double value, double[] gradient) = penalty.Gradient([1, -2, 0.5]);
        Assert.Equal(9 + 144 + (9.0 / 16), value, 1e-12);
        Assert.Equal([36, -288, 4.5], gradient);
        Assert.True(Clarke.Gradient(penalty, [1, -2, 0.5]).Certificate.IsCertified);
    }

    [Fact]
    public void EveryRowOfTheTableAgreesWithDifferences()
    {
        int checks = 0;
        foreach (OperationTable.OperationCase row in OperationTable.Table.All)
        {
            Shape[] shapes = row.Ordinary[0];
            double[][] values = row.Values(shapes, 7);
            double Penalty(double[][] at, out double[][] gradient)
            {
                using Tape<double> tape = new();
                Var<double>[] x = [.. at.Zip(shapes, (part, shape) => tape.Variable(shape, part))];
                Var<double>[] inner = tape.InnerGradient(x, v => Weighted(row.Apply(v)));
                Var<double> loss = Weighted(inner[0]);
                for (int i = 1; i < inner.Length; i++)
                    loss += Weighted(inner[i]);
                Gradients<double> found = tape.Backward(loss);
                gradient = [.. x.Select(part => found[part].ToArray())];
                return loss.GetScalar();
            }

            double[][] gradient;
            try
            {
                Penalty(values, out gradient);
            }
            catch (NotSupportedException)
            {
                continue;
            }

            for (int input = 0; input < values.Length; input++)
            {
                if (values[input].Length == 0)
                    continue;
                const double H = 1e-5;
                double Beside(double step)
                {
                    double[][] moved = [.. values.Select(part => part.ToArray())];
                    moved[input][0] += step;
                    return Penalty(moved, out _);
                }

                double expected = (Beside(H) - Beside(-H)) / (2 * H);
                if (!double.IsFinite(expected))
                    continue;
                checks++;
                Assert.True(Math.Abs(expected - gradient[input][0]) <= 1e-4 * (1 + Math.Abs(expected)),
                    $"{row.Name}, input {input}: {gradient[input][0]} instead of {expected}");
            }
        }

        Assert.True(checks > 150, $"only {checks} derivatives were compared");
    }

    [Fact]
    public void AtAKinkNothingIsCertified()
    {
        foreach (Func<Var<double>, Var<double>> function in (Func<Var<double>, Var<double>>[])[x => x.Relu().Sum(), x => x.Abs().Sum(), x => x.Max(),
            x => (x * x.Abs()).Sum(), x => x.Norm2()])
            Assert.False(Clarke.Gradient(Penalty(function), [0, 0]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Penalty(x => x.Huber(1).Sum()), [1, 3]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Penalty(x => x.Sqrt().Sum()), [0, 1]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Penalty(x => x.Relu().Sum()), [1, -1]).Certificate.IsCertified);
    }

    [Fact]
    public void ParametersAreReachedThroughTheGradient()
    {
        // f(x; w) = Σ (wx)²/2 has ∂f/∂x = w²x; its sum has the derivative 2wx by w.
        using Tape<double> tape = new();
        Parameter<double> w = new("w", tape.Device, [2], [3.0, -1]);
        Var<double> x = tape.Variable([2], [2, 5]);
        Var<double> loss = tape.InnerGradient(x, v => (v.Tape.Parameter(w) * v).Square().Sum() * 0.5).Sum();
        Assert.Equal(23, loss.GetScalar());
        Gradients<double> gradients = tape.Backward(loss);
        Assert.Equal([12, -10], gradients[tape.Parameter(w)].ToArray());
        Assert.Equal([9.0, 1], gradients[x].ToArray());
    }

    [Fact]
    public void TangentsReplaysAndReleasesFollow()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [1, 2]);
        Var<double> loss = tape.InnerGradient(x, v => (v * v * v).Sum()).Sum();
        tape.SetTangent(x, [1, 10]);
        tape.CarryTangents();
        Assert.Equal(6 + 120, tape.TangentOf(loss).GetScalar());
        Assert.Equal([6.0, 12], tape.BackwardAndRelease(loss)[x].ToArray());

        using Tape<double> replayed = new();
        NDArray<double> point = replayed.Device.Array<double>([2], [1, 2]);
        Var<double> leaf = default;
        Replay<double> replay = new(replayed, recorded =>
        {
            leaf = recorded.Variable(point);
            return recorded.InnerGradient(leaf, v => (v.Slice(0, 0, 1).Sum() > 4 ? v * v : v * v * v).Sum()).Sum();
        });
        Assert.Equal([6.0, 12], replay.Backward()[leaf].ToArray());
        point.CopyFrom([3, 4]);
        Assert.Equal([18.0, 24], replay.Backward()[leaf].ToArray());
        Assert.Equal((1, 1L), (replay.Recordings, replay.Replays));
        point.CopyFrom([5, 4]);
        Assert.Equal([2.0, 2], replay.Backward()[leaf].ToArray());
        Assert.Equal(2, replay.Recordings);
    }

    [Fact]
    public void SmallPrecisionsAreServed()
    {
        using Tape<float> single = new();
        Var<float> x = single.Variable([1], [2f]);
        Assert.Equal([12f], single.Backward(single.InnerGradient(x, v => (v * v * v).Sum()).Sum())[x].ToArray());
        using Tape<Half> half = new();
        Var<Half> y = half.Variable([1], [(Half)2]);
        Assert.Equal([(Half)12], half.Backward(half.InnerGradient(y, v => (v * v * v).Sum()).Sum())[y].ToArray());
    }

    [Fact]
    public void AFunctionThatDoesNotDependOnTheInputsHasGradientZero()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [1, 2]), inner = tape.InnerGradient(x, v => v.Tape.Constant([2], [3.0, 4]).Sum());
        Assert.Equal([0.0, 0], inner.ToArray());
        Assert.Equal([0.0, 0], tape.Backward(inner.Sum())[x].ToArray());
        Assert.Empty(tape.InnerGradient([], _ => x));
    }

    [Fact]
    public void WrongFunctionsAreRefused()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [1, 2]);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => tape.InnerGradient(x, v => v * v)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.InnerGradient(x, v => (v * x).Sum()));
        Assert.Throws<ArgumentNullException>(() => tape.InnerGradient(x, null!));

        // A third derivative is refused, not wrong.
        Var<double> loss = tape.InnerGradient(x, v => (v * v * v).Sum()).Sum();
        Assert.Throws<NotSupportedException>(() => tape.HessianVectorProduct(loss, (x, [1.0, 0])));
    }

    private static Objective Penalty(Func<Var<double>, Var<double>> function) =>
        Objective.OfTensor(x => x.Tape.InnerGradient(x, function).Square().Sum());

    // A sum with unlike weights, so that no part of a gradient cancels.
    private static Var<double> Weighted(Var<double> x) =>
        (x.Reshape(x.Shape.Count) * x.Tape.Constant([x.Shape.Count], [.. Enumerable.Range(0, x.Shape.Count).Select(i => 1 + (0.31 * (i % 5)))])).Sum();
}
