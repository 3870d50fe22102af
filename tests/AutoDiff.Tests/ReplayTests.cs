using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Programs that run from their record, and records that release memory.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly Device device = Device.Cpu(1);
    private readonly Tape<double> tape;

    public ReplayTests() => tape = new Tape<double>(device);

    public void Dispose()
    {
        tape.Dispose();
        device.Dispose();
    }

    [Fact]
    public void AProgramIsRecordedOnceAndRunAgainOnNewData()
    {
        NDArray<double> x = device.Array<double>([2], [1, 2]);
        Parameter<double> weight = new("weight", device, [2], [3.0, 4]);
        int calls = 0;
        Replay<double> replay = new(tape, recorded =>
        {
            calls++;
            return (recorded.Constant(x) * recorded.Parameter(weight)).Sum();
        });
        Assert.Equal([1.0, 2], replay.Backward().Of(weight).ToArray());
        x.CopyFrom([5, 6]);
        weight.Value.CopyFrom([1, 1]);
        Assert.Equal([5.0, 6], replay.Backward().Of(weight).ToArray());
        Assert.Equal(11, replay.Run().GetScalar());
        Assert.Equal((1, 1L, 2L), (calls, replay.Recordings, replay.Replays));
    }

    [Fact]
    public void AComparisonThatTurnsOutOtherwiseRecordsAnew()
    {
        NDArray<double> x = device.Array<double>([], [2]);
        Var<double> leaf = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            return leaf > 1 ? leaf * leaf : leaf.Scale(-1);
        });
        Assert.Equal(4, replay.Backward()[leaf].GetScalar());
        Assert.Equal(6, At(3));
        Assert.Equal(1, replay.Recordings);
        Assert.Equal(-1, At(0.5));
        Assert.Equal(2, replay.Recordings);
        Assert.Equal("a comparison turned out otherwise", replay.LastRecordedBecause);
        Assert.Equal(-1, At(1));
        Assert.Equal(3, replay.Recordings);
        Assert.Equal(8, At(4));
        Assert.Equal(-1, At(double.NaN));

        double At(double point)
        {
            x.CopyFrom([point]);
            return replay.Backward()[leaf].GetScalar();
        }
    }

    [Fact]
    public void ALoopWhoseLengthDependsOnTheDataIsFollowed()
    {
        NDArray<double> x = device.Array<double>([], [1]);
        Replay<double> replay = new(tape, recorded =>
        {
            Var<double> y = recorded.Variable(x);
            while (y < 100)
                y = y.Scale(3);
            return y;
        });
        foreach (double start in new[] { 1.0, 1.1, 50, 40, 1.05, 1.06 })
        {
            x.CopyFrom([start]);
            double expected = start;
            while (expected < 100)
                expected *= 3;
            Assert.Equal(expected, replay.Run().GetScalar());
        }

        Assert.Equal(3, replay.Recordings);
    }

    [Fact]
    public void AProgramThatReadsValuesIsRecordedEachTime()
    {
        NDArray<double> x = device.Array<double>([], [2]);
        Replay<double> replay = new(tape, recorded =>
        {
            Var<double> y = recorded.Variable(x);
            return y.Scale(y.GetScalar());
        });
        Assert.Equal(4, replay.Run().GetScalar());
        x.CopyFrom([3]);
        Assert.Equal(9, replay.Run().GetScalar());
        Assert.Equal(0, replay.Replays);
        Assert.Contains("read values", replay.LastRecordedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void AResetTapeOrAFailedRunIsRecordedAgain()
    {
        NDArray<int> labels = device.Array<int>([1], [0]);
        NDArray<double> x = device.Array<double>([1, 2], [1, 2]);
        Replay<double> replay = new(tape, recorded => recorded.Variable(x).CrossEntropy(labels));
        double first = replay.Run().GetScalar();
        tape.Reset();
        Assert.Equal(first, replay.Run().GetScalar());
        Assert.Equal("the tape was reset", replay.LastRecordedBecause);
        labels.CopyFrom([7]);
        Assert.ThrowsAny<ArgumentException>(() => replay.Run());
        labels.CopyFrom([0]);
        Assert.Equal(first, replay.Run().GetScalar());
        Assert.Equal("an operation failed in the run before", replay.LastRecordedBecause);
    }

    [Fact]
    public void AReplayAllocatesNothingOnEitherHeap()
    {
        NDArray<double> x = device.Array<double>([64], [.. Enumerable.Range(0, 64).Select(i => i - 31.5)]);
        Var<double> leaf = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            Var<double> sum = (leaf.Relu() * leaf).Sum();
            return sum > 0 ? sum : sum.Scale(2);
        });
        Assert.Equal(0, Allocations.Least(() => _ = replay.Backward()[leaf]));
        long inUse = device.BytesInUse;
        for (int round = 0; round < 30; round++)
        {
            _ = replay.Backward()[leaf];
            Assert.Equal(inUse, device.BytesInUse);
        }
    }

    [Fact]
    public void RandomNumbersAreDrawnAnewInEveryRunAndKeptForTheReversePass()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 1000)];
        NDArray<double> x = device.Array<double>([1000], ones);
        DrawCounter counter = new();
        Var<double> leaf = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            return recorded.Checkpoint(leaf, inside => inside.Dropout(0.5, new Philox(3, 1), counter)).Sum();
        });
        double[] first = replay.Backward()[leaf].ToArray(), second = replay.Backward()[leaf].ToArray();
        Assert.NotEqual(first, second);
        Assert.Equal(2000UL, counter.Drawn);
        counter.Drawn = 0;
        Assert.Equal(first, replay.Backward()[leaf].ToArray());
        Var<double> sum = replay.Run();
        Assert.Equal(sum.GetScalar(), tape.Backward(sum)[leaf].ToArray().Sum(), 1e-12);
    }

    [Fact]
    public void WhatIsDoneInEveryRunIsNotDoneWhenASegmentIsComputedAgain()
    {
        int done = 0;
        NDArray<double> x = device.Array<double>([], [2]);
        Replay<double> replay = new(tape, recorded => recorded.Checkpoint(recorded.Variable(x), inside =>
        {
            Var<double> y = inside * inside;
            inside.Tape.SideEffect(() => done++);
            return y;
        }));
        replay.Backward();
        Assert.Equal(1, done);
        replay.Backward();
        Assert.Equal(2, done);
        Assert.Equal(1, replay.Recordings);
    }

    [Fact]
    public void ABranchWithinASegmentIsGuardedToo()
    {
        NDArray<double> x = device.Array<double>([], [2]);
        Var<double> leaf = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            return recorded.Checkpoint(leaf, inside => inside > 1 ? inside * inside : inside.Scale(-1));
        });
        Assert.Equal(4, replay.Backward()[leaf].GetScalar());
        x.CopyFrom([0.5]);
        Assert.Equal(-1, replay.Backward()[leaf].GetScalar());
        Assert.Equal(2, replay.Recordings);
    }

    [Fact]
    public void SegmentsAndReleaseLowerThePeakOfADeepProgram()
    {
        const int Size = 100_000, Blocks = 16, OperationsOfABlock = 8;
        double[] start = [.. Enumerable.Repeat(0.5, Size)];
        Parameter<double>[] weights = [.. Enumerable.Range(0, Blocks).Select(i => new Parameter<double>($"weight {i}", device, [Size], start))];
        long plain = Peak(false, false), released = Peak(false, true), segmented = Peak(true, true);
        Assert.True(released < 0.95 * plain, $"{released} bytes are not below 95 % of {plain}.");
        Assert.True(segmented < released / 2, $"{segmented} bytes are not below half of {released}.");

        long Peak(bool checkpoints, bool releases)
        {
            tape.Reset();
            device.BeginPeak();
            long before = device.BytesInUse;
            Var<double> leaf = tape.Variable([Size], start), y = leaf;
            for (int block = 0; block < Blocks; block++)
            {
                Parameter<double> weight = weights[block];
                y = checkpoints ? tape.Checkpoint(y, inside => Block(inside, weight)) : Block(y, weight);
            }

            Var<double> sum = y.Sum();
            _ = releases ? tape.BackwardAndRelease(sum) : tape.Backward(sum);
            return device.PeakBytesInUse - before;
        }

        static Var<double> Block(Var<double> y, Parameter<double> weight)
        {
            y *= y.Tape.Parameter(weight);
            for (int i = 0; i < OperationsOfABlock; i++)
                y = y.Sin();
            return y;
        }
    }

    [Fact]
    public void ParametersWithinASegmentGetTheirGradients()
    {
        Parameter<double> weight = new("weight", device, [2], [3.0, 4]);
        Var<double> x = tape.Variable([2], [1.0, 2]);
        Var<double> y = tape.Checkpoint(x, inside => inside * inside.Tape.Parameter(weight) * inside.Tape.Parameter(weight)).Sum() + tape.Parameter(weight)
            .Sum();
        Gradients<double> gradients = tape.Backward(y);
        Assert.Equal([7.0, 17], gradients.Of(weight).ToArray());
        Assert.Equal([9.0, 16], gradients[x].ToArray());
    }

    [Fact]
    public void TangentsAndTheCensusGoThroughSegments()
    {
        Var<double> x = tape.Variable([2], [0.0, 2]);
        tape.SetTangent(x, [1, -1]);
        Var<double> y = tape.Checkpoint(x, inside => inside.Relu() * inside);
        Assert.Equal([0.0, -4], tape.TangentOf(y).ToArray());
        Assert.Equal(1, tape.CountKinks());
        Assert.Contains("hides", Assert.Throws<NotSupportedException>(() => tape.ClarkeGradient(y.Sum())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AReleasedRecordRefusesWhatItCanNoLongerDo()
    {
        Var<double> x = tape.Variable([1], [2.0]), y = x * x, sum = y.Sum();
        tape.BackwardAndRelease(sum);
        Assert.Equal(4, sum.GetScalar());
        Assert.Contains("released", Assert.Throws<InvalidOperationException>(() => y.ToArray()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(sum));
        Assert.Throws<InvalidOperationException>(() => tape.CountKinks());
        Assert.Throws<InvalidOperationException>(() => y + x);
        tape.Reset();
        x = tape.Variable([1], [3.0]);
        Assert.Equal(6, tape.Backward(x * x)[x].GetScalar());
    }

    [Fact]
    public void BadInputIsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => new Replay<double>(tape, null!));
        using Tape<double> other = new(device);
        Var<double> foreign = other.Variable([1], [2.0]), x = tape.Variable([1], [2.0]);
        Assert.Throws<InvalidOperationException>(() => tape.Checkpoint(foreign, inside => inside));
        Assert.Throws<InvalidOperationException>(() => tape.Checkpoint(x, _ => foreign));
        Assert.Throws<InvalidOperationException>(() => tape.Checkpoint(x, inside => inside + x));
        Assert.Throws<InvalidOperationException>(() => new Replay<double>(tape, _ => foreign).Run());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    public void ChainsOfElementwiseOperationsRunAsOneWithTheSameBits(int size)
    {
        NDArray<double> x = device.Allocate<double>([size]), y = device.Allocate<double>([size]);
        Var<double>[] leaves = [], fusedLeaves = [];
        Replay<double> fused = new(tape, recorded =>
        {
            Var<double> output = Program(recorded);
            fusedLeaves = leaves;
            return output;
        });
        using Tape<double> other = new(device);
        for (ulong round = 0; round < 4; round++)
        {
            double[] numbers = new double[size], others = new double[size];
            new Philox(5, round).Uniform<double>(numbers, -2, 2);
            new Philox(6, round).Uniform<double>(others, -2, 2);
            x.CopyFrom(numbers);
            y.CopyFrom(others);
            Var<double> sum = fused.Run();
            double value = sum.GetScalar();
            Gradients<double> gradients = tape.Backward(sum);
            leaves = fusedLeaves;
            double[] dx = gradients[leaves[0]].ToArray(), dy = gradients[leaves[1]].ToArray();
            other.Reset();
            Var<double> plain = Program(other);
            gradients = other.Backward(plain);
            Assert.Equal(plain.GetScalar(), value);
            Assert.Equal(gradients[leaves[0]].ToArray(), dx);
            Assert.Equal(gradients[leaves[1]].ToArray(), dy);
        }

        Assert.Equal(7, fused.FusedOperations);

        // (x·y + 0.5) → tanh → relu, and twice x → exp → leaky relu → |·| → sqrt of a smooth shift.
        Var<double> Program(Tape<double> recorded)
        {
            leaves = [recorded.Variable(x), recorded.Variable(y)];
            Var<double> first = (leaves[0] * leaves[1]).Shift(0.5).Tanh().Relu();
            Var<double> second = leaves[0].Sin().LeakyRelu(0.1).Abs().Shift(0.01).Sqrt();
            return (first * second).Sum();
        }
    }

    [Fact]
    public void WhatLooksAtOperationsOneByOneSeesThemOneByOne()
    {
        NDArray<double> x = device.Array<double>([3], [0, 1, -2]);
        Var<double> leaf = default, between = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            between = leaf.Scale(2);
            return between.Relu().Abs().Sum();
        });
        replay.Run();
        x.CopyFrom([0, 3, -4]);
        Assert.Equal([0.0, 2, 0], replay.Backward()[leaf].ToArray());
        Assert.Equal(2, replay.FusedOperations);
        Assert.Equal([0.0, 6, -8], between.ToArray());
        Assert.Equal(["relu", "abs"], tape.Census().Operations.Select(met => met.Operation.Name));
        Assert.Equal([0.0, 2, 0], replay.Backward()[leaf].ToArray());
    }

    [Fact]
    public void ValuesThatAreWantedTwiceOrComparedAreNotFusedAway()
    {
        NDArray<double> x = device.Array<double>([1], [2]);
        Var<double> leaf = default;
        Replay<double> replay = new(tape, recorded =>
        {
            leaf = recorded.Variable(x);
            Var<double> twice = leaf.Exp(), compared = leaf.Scale(3);
            Var<double> choice = compared > 1 ? compared.Tanh() : compared.Sin();
            return (twice.Sin() + twice.Log() + choice).Sum();
        });
        replay.Run();
        x.CopyFrom([0.7]);
        double slope = replay.Backward()[leaf].GetScalar();
        Assert.Equal(0, replay.FusedOperations);
        double e = Math.Exp(0.7), t = Math.Tanh(2.1);
        Assert.Equal((Math.Cos(e) * e) + 1 + (3 * (1 - (t * t))), slope, 1e-12);
    }
}
