using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

public class LayerTests
{
    [Fact]
    public void DropoutDrawsAnewEachPassAndRepeatsFromItsPosition()
    {
        var dropout = new Dropout<float>(0.5, new Initializer(Device.Default, 3));
        using var tape = new Tape<float>();
        Var<float> ones = tape.Constant([1000], Enumerable.Repeat(1f, 1000).ToArray());
        float[] first = dropout.Forward(ones).ToArray();
        float[] second = dropout.Forward(ones).ToArray();
        Assert.NotEqual(first, second);
        Assert.All(first, value => Assert.True(value is 0 or 2));
        Assert.InRange(first.Average(), 0.8, 1.2);
        dropout.Drawn = 0;
        Assert.Equal(first, dropout.Forward(ones).ToArray());
        Assert.Equal(ones, dropout.Forward(ones, Mode.Evaluation));
    }

    [Fact]
    public void BatchNormRecordsStatisticsInTrainingAndUsesThemInEvaluation()
    {
        var norm = new BatchNorm<double>("norm", 1, new Initializer(Device.Default, 1), momentum: 1, epsilon: 1e-300);
        using var tape = new Tape<double>();
        Var<double> x = tape.Constant([4, 1], [1.0, 2, 3, 6]);
        Assert.Equal(0, norm.Forward(x).ToArray().Sum(), 1e-12);
        Assert.Equal(3, norm.RunningMean.GetScalar(), 1e-12);

        // The unbiased variance is recorded: 14 / 3.
        Assert.Equal(14.0 / 3, norm.RunningVariance.GetScalar(), 1e-12);
        Assert.Equal((6 - 3) / Math.Sqrt(14.0 / 3), norm.Forward(x, Mode.Evaluation).ToArray()[3], 1e-12);
    }

    [Fact]
    public void RunningStatisticsFollowByTheMomentum()
    {
        var norm = new BatchNorm<double>("norm", 2, new Initializer(Device.Default, 1), momentum: 0.25);
        using var tape = new Tape<double>();
        norm.Forward(tape.Constant([2, 2], [1.0, 10, 3, 14]));
        Assert.Equal([0.25 * 2, 0.25 * 12], norm.RunningMean.ToArray());
        Assert.Equal([0.75 + (0.25 * 2), 0.75 + (0.25 * 8)], norm.RunningVariance.ToArray());
    }

    [Fact]
    public void BatchNormOfOneValuePerChannelIsRefusedInTraining()
    {
        var norm = new BatchNorm<float>("bn1", 2, new Initializer(Device.Default, 1));
        using var tape = new Tape<float>();
        Assert.Contains("bn1", Assert.Throws<ArgumentException>(() => norm.Forward(tape.Constant([1, 2], [1f, 2]))).Message);
    }

    [Fact]
    public void LayerNormCentresEachRow()
    {
        using var tape = new Tape<double>();
        double[] y = new LayerNorm<double>("norm", [3], new Initializer(Device.Default, 0)).Forward(tape.Constant([2, 3], [1.0, 2, 3, 10, 20, 60])).ToArray();
        Assert.Equal(0, y[0] + y[1] + y[2], 1e-12);
        Assert.Equal(3, (y[3] * y[3]) + (y[4] * y[4]) + (y[5] * y[5]), 1e-6);
    }

    [Fact]
    public void ALayersOwnSlopeAtZeroIsUsed()
    {
        using var tape = new Tape<double>();
        Var<double> x = tape.Variable([1], [0.0]);
        Gradients<double> gradients = tape.Backward(new Relu<double>(0.25).Forward(x).Sum());
        Assert.Equal(0.25, gradients[x].GetScalar());
    }

    [Fact]
    public void AnActivationIsAnyFunction()
    {
        using var tape = new Tape<double>();
        Assert.Equal(Math.Tanh(0.5), new Activation<double>(x => x.Tanh()).Forward(tape.Constant(0.5)).GetScalar(), 1e-12);
    }

    [Fact]
    public void AResidualAddsItsInput()
    {
        using var tape = new Tape<double>();
        Var<double> x = tape.Variable([2], [1.0, -3]);
        Var<double> y = new Residual<double>(new Activation<double>(v => v.Square())).Forward(x);
        Assert.Equal([2.0, 6], y.ToArray());
        Assert.Equal([3.0, -5], tape.Backward(y.Sum())[x].ToArray());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void AProbabilityOutsideOfZeroToOneIsRefused(double probability) =>
        Assert.Contains("between 0 and 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout<float>(probability, new Initializer(Device.Default, 0))).Message);

    /// <summary>As PyTorch's track_running_stats: means over the batch of the examples' means and variances, and the numbers of evaluation by them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InstanceNormTracksStatisticsWhereAsked(bool affine)
    {
        InstanceNorm<double> layer = new("norm", 2, new Initializer(Device.Default, 1), affine: affine, tracksStatistics: true, momentum: 0.25);
        InstanceNorm<double> plain = new("norm", 2, new Initializer(Device.Default, 1), affine: affine);
        Assert.Equal(["norm.running_mean", "norm.running_var"], layer.Buffers.Select(buffer => buffer.Name));
        Assert.Empty(plain.Buffers);
        Assert.True(plain.RunningMean.IsNone);
        using Tape<double> tape = new();
        double[] numbers = [1, 3, 5, 0, 0, 6, -1, 0, 1, 2, 2, 8];
        Var<double> x = tape.Variable([2, 2, 3], numbers), y = layer.Forward(x);
        Assert.Equal(plain.Forward(x).ToArray(), y.ToArray());

        // Means 3, 2, 0, 4 and variances 4, 12, 1, 12.
        double[] mean = [0.25 * 1.5, 0.25 * 3], variance = [0.75 + (0.25 * 2.5), 0.75 + (0.25 * 12)];
        Near(mean, layer.RunningMean.ToArray());
        Near(variance, layer.RunningVariance.ToArray());
        double[] expected = [.. numbers.Select((number, i) => (number - mean[i / 3 % 2]) / Math.Sqrt(variance[i / 3 % 2] + 1e-5))];
        Near(expected, layer.Forward(x, Mode.Evaluation).ToArray());
        Near(mean, layer.RunningMean.ToArray());
        Assert.Equal(plain.Forward(x, Mode.Evaluation).ToArray(), plain.Forward(x).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new InstanceNorm<double>("norm", 2, new Initializer(Device.Default, 1), momentum: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InstanceNorm<double>("norm", 2, new Initializer(Device.Default, 1), momentum: double.NaN));

        NDArray<double> data = Device.Default.Array<double>([2, 2, 3], numbers);
        InstanceNorm<double> replayed = new("norm", 2, new Initializer(Device.Default, 1), affine: affine, tracksStatistics: true, momentum: 0.25);
        using Tape<double> other = new();
        Replay<double> replay = new(other, recorded => replayed.Forward(recorded.Constant(data).Transpose(0, 0)).Sum());
        replay.Run();
        replay.Run();
        Assert.Equal(1, replay.Recordings);
        Near([.. mean.Select(number => number * 1.75)], replayed.RunningMean.ToArray());

        static void Near(double[] expected, double[] found) => Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }
}
