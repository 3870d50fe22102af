using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

public sealed class TapeTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Fact]
    public void AVariableUsedTwiceGetsBothGradients()
    {
        Var<double> x = tape.Variable([2], [3.0, 5]);
        Assert.Equal([6.0, 10], tape.Backward((x * x).Sum())[x].ToArray());
        Assert.Equal([1.0, 1], tape.Backward(((x + x) - x).Sum())[x].ToArray());
    }

    [Fact]
    public void AVariableThatIsNotUsedHasGradientZero()
    {
        Var<double> x = tape.Variable([2], [3.0, 5]), unused = tape.Variable([3], [1.0, 2, 3]);
        Assert.Equal([0.0, 0, 0], tape.Backward(x.Sum())[unused].ToArray());
    }

    [Fact]
    public void SeveralReversePassesOverOneRecordDoNotMix()
    {
        Var<double> x = tape.Variable([1], [0.0]);
        Var<double> y = x.Relu().Sum();
        Assert.Equal(0, tape.Backward(y)[x].GetScalar());
        Assert.Equal(0.25, tape.Backward(y, Selections.PyTorch with { ReluAtZero = 0.25 })[x].GetScalar());
        Assert.Equal(0, tape.Backward(y)[x].GetScalar());
    }

    [Fact]
    public void AnOperationsOwnChoiceStandsAboveTheTapesAndThePasses()
    {
        using Tape<double> half = new(null, Selections.PyTorch with { ReluAtZero = 0.5 });
        Var<double> x = half.Variable([1], [0.0]);
        Var<double> y = (x.Relu() + x.Relu(7)).Sum();
        Assert.Equal(7.5, half.Backward(y)[x].GetScalar());
        Assert.Equal(8, half.Backward(y, Selections.PyTorch with { ReluAtZero = 1 })[x].GetScalar());
    }

    [Fact]
    public void AParameterIsOneVariableUntilTheReset()
    {
        Parameter<double> weight = new("weight", tape.Device, [2], [1.0, 2]);
        Var<double> first = tape.Parameter(weight);
        Assert.Equal(first, tape.Parameter(weight));
        Gradients<double> gradients = tape.Backward((first * tape.Parameter(weight)).Sum());
        Assert.Equal([2.0, 4], gradients.Of(weight).ToArray());
        tape.Reset();
        Assert.NotEqual(first, tape.Parameter(weight));
    }

    [Fact]
    public void TangentsAreCarriedWhileRecordingOrAfterwards()
    {
        Var<double> x = tape.Variable([2], [3.0, 5]);
        Var<double> y = x.Square();
        tape.SetTangent(x, [1.0, 10]);
        tape.CarryTangents();
        Assert.Equal([6.0, 100], tape.TangentOf(y).ToArray());
        Assert.Equal([18.0, 1000], tape.TangentOf(y * 3.0 * tape.Constant([2], [1.0, 10 / 3.0])).ToArray().Select(value => Math.Round(value)));
        Assert.Equal([6.0, 100], tape.TangentOf(y).ToArray());
    }

    [Fact]
    public void TheCensusListsWhichOperationsSatAtAKinkAndWhere()
    {
        Var<double> x = tape.Variable([2, 2], [0.0, 1, -1, 0]);
        x.Relu().Abs().Sum();
        KinkCensus census = tape.Census();
        Assert.Equal(["relu", "abs"], census.Operations.Select(operation => operation.Operation.Name));
        Assert.Equal([0, 3], census.Operations[0].Positions);

        // relu(−1) is also 0.
        Assert.Equal([0, 2, 3], census.Operations[1].Positions);
        Assert.Equal(5, census.Count);
        Assert.Equal([0], tape.Census(1).Operations[0].Positions);
        Assert.Equal(2, tape.Census(1).Operations[0].Count);
    }

    [Fact]
    public void ReluOfXMinusReluOfMinusXHasTheGradientOfTheChoice()
    {
        // The identity, written with two kinks: every engine returns 0 where the derivative is 1. Here the result depends on the selection.
        foreach ((double slope, double expected) in (ReadOnlySpan<(double, double)>)[(0, 0), (0.5, 1), (1, 2)])
        {
            using Tape<double> chosen = new(null, Selections.PyTorch with { ReluAtZero = slope });
            Var<double> x = chosen.Variable([1], [0.0]);
            Assert.Equal(expected, chosen.Backward((x.Relu() - (-x).Relu()).Sum())[x].GetScalar());
        }
    }

    [Fact]
    public void TapesOfSeveralThreadsShareADevice()
    {
        double[] results = new double[8];
        Parallel.For(0, results.Length, i =>
        {
            using Tape<double> own = new();
            for (int round = 0; round < 20; round++)
            {
                own.Reset();
                Var<double> x = own.Variable([300, 300], Enumerable.Repeat((double)i, 90_000).ToArray());
                results[i] = own.Backward((x * x).Sum())[x].ToArray()[89_999];
            }
        });
        Assert.Equal(Enumerable.Range(0, 8).Select(i => 2.0 * i), results);
    }

    [Fact]
    public void ALoopOfThousandOperationsIsDifferentiated()
    {
        Var<double> x = tape.Variable([1], [0.5]);
        Var<double> y = x;
        for (int i = 0; i < 1000; i++)
            y = y * 0.999 + 0.001;
        Assert.Equal(Math.Pow(0.999, 1000), tape.Backward(y)[x].GetScalar(), 1e-12);
    }
}
