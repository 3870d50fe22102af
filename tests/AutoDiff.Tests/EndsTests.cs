namespace ConservativeAD.Tests;

/// <summary>Operations on whole arrays near the ends of their types; operations of one argument are in the table of accuracy.</summary>
public class EndsTests
{
    [Fact]
    public void LogSoftmaxKeepsItsDigitsBesideLargeLogits()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([2], [1e8f, 1e8f]), y = x.LogSoftmax();
        Assert.Equal([-0.6931472f, -0.6931472f], y.ToArray());
        Assert.Equal([0.5f, -0.5f], tape.Backward(y.Slice(-1, 0, 1).Sum())[x].ToArray());
    }

    [Fact]
    public void LogSumExpOfInfinitiesIsTheLargest()
    {
        using Tape<double> tape = new();
        Assert.Equal(double.PositiveInfinity, tape.Variable([2], [double.PositiveInfinity, 0]).LogSumExp().GetScalar());
        Assert.Equal(double.NegativeInfinity, tape.Variable([2], [double.NegativeInfinity, double.NegativeInfinity]).LogSumExp().GetScalar());
        Assert.Equal(double.NaN, tape.Variable([2], [double.NaN, 0]).LogSumExp().GetScalar());
    }

    [Fact]
    public void CrossEntropyOfHugeLogitsIsTheirDifference()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([1, 2], [1e30f, -1e30f]), loss = x.CrossEntropy([1]);
        Assert.Equal(2e30f, loss.GetScalar());
        Assert.Equal([1, -1], tape.Backward(loss)[x].ToArray());
    }

    [Fact]
    public void AnEpsilonOfZeroIsNamed()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2], [1, 2, 3, 4]);
        Assert.Contains("epsilon of 0", Assert.Throws<ArgumentOutOfRangeException>(() => x.LayerNorm(1, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMedianBesideNanIsNan()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1, double.NaN, 3]);
        Assert.Equal(double.NaN, x.Median().GetScalar());
    }
}
