using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>The state that a tape and its gradients depend on, and their errors when it no longer exists.</summary>
public sealed class TapeStateTests
{
    [Fact]
    public void AParameterSteppedBetweenTwoGradientsOfOneRecordIsRefusedByName()
    {
        using Tape<double> tape = new();
        Parameter<double> weight = new("w", tape.Device, [1], [1.0]), input = new("u", tape.Device, [1], [2.0]);
        Var<double> w = tape.Parameter(weight), u = tape.Parameter(input);
        Var<double> a = w * u, first = a.Exp().Sum(), second = (a * a * u).Sum();
        Gradients<double> gradients = tape.Backward(first);
        input.Value.CopyFrom([1.8 + (0 * gradients.Of(input).GetScalar())]);
        ArrayChangedException refused = Assert.Throws<ArrayChangedException>(() => tape.Backward(second));
        Assert.Contains("multiply (node", refused.Message, StringComparison.Ordinal);
        Assert.Contains("parameter u [1]", refused.Message, StringComparison.Ordinal);
        Assert.Contains("CopyFrom", refused.Message, StringComparison.Ordinal);

        tape.Reset();
        Var<double> again = tape.Parameter(input), product = tape.Parameter(weight) * again;
        Assert.Equal(3 * 1.8 * 1.8, tape.Backward((product * product * again).Sum()).Of(input).GetScalar(), 12);
    }

    [Fact]
    public void AnOperationIsNotRecordedFromALeafThatChanged()
    {
        using Tape<double> tape = new();
        NDArray<double> array = tape.Device.Array<double>([2], [1.0, 2]);
        Var<double> x = tape.Variable(array);
        tape.Device.Fill(array, 5);
        ArrayChangedException refused = Assert.Throws<ArrayChangedException>(() => x.Exp());
        Assert.Contains("exp", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Device.Fill", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, tape.Count);

        // A view reads nothing; reading from it is rejected.
        Var<double> view = x.Reshape([2, 1]);
        Assert.Throws<ArrayChangedException>(() => view.Exp());
    }

    [Fact]
    public void LabelsThatChangeAfterRecordingAreRefused()
    {
        using Tape<float> tape = new();
        Var<float> logits = tape.Variable([2, 3], [1f, 2, 3, 4, 5, 6]);
        NDArray<int> labels = tape.Indices([2], [0, 2]);
        Var<float> loss = logits.CrossEntropy(labels);
        labels.CopyFrom([1, 1]);
        ArrayChangedException refused = Assert.Throws<ArrayChangedException>(() => tape.Backward(loss));
        Assert.Contains("cross-entropy", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AReplayReadsWhatIsThereByThen()
    {
        using Tape<double> tape = new();
        NDArray<double> data = tape.Device.Array<double>([2], [1.0, 2]);
        Replay<double> replay = new(tape, on => on.Variable(data).Square().Sum());
        Assert.Equal(5, replay.Run().GetScalar());
        data.CopyFrom([3.0, 4]);
        Var<double> output = replay.Run();
        Assert.Equal(25, output.GetScalar());
        Assert.Equal(1, replay.Replays);
        data.CopyFrom([5.0, 6]);
        Assert.Throws<ArrayChangedException>(() => tape.Backward(output));
    }

    [Fact]
    public void ASegmentIsNotComputedAgainFromAChangedParameter()
    {
        using Tape<double> tape = new();
        Parameter<double> weight = new("w", tape.Device, [2], [1.0, 2]);
        Var<double> x = tape.Variable([2], [3.0, 4]);
        Var<double> loss = tape.Checkpoint(x, inside => (inside * inside.Tape.Parameter(weight)).Exp()).Sum();
        weight.Value.CopyFrom([0.5, 0.5]);
        ArrayChangedException refused = Assert.Throws<ArrayChangedException>(() => tape.Backward(loss));
        Assert.Contains("parameter w [2]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SegmentsWithinCheckpointsHaveTheSameGradient()
    {
        double[] Gradient(bool isNested)
        {
            using Tape<double> tape = new();
            Var<double> x = tape.Variable([3], [0.1, 0.2, 0.3]);
            Var<double> Inner(Var<double> y) => (y * y).Exp();
            Var<double> Outer(Var<double> y) => isNested ? y.Tape.Checkpoint(y.Sin(), Inner).Cos() : Inner(y.Sin()).Cos();
            Var<double> loss = isNested ? tape.Checkpoint(x.Exp(), Outer).Sum() : Outer(x.Exp()).Sum();
            return tape.Backward(loss)[x].ToArray();
        }

        Assert.Equal(Gradient(false), Gradient(true));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("backward")]
    [InlineData("dispose")]
    public void GradientsOfAPassThatIsOverAreRefusedWherePutToUse(string end)
    {
        using Tape<double> tape = new();
        Parameter<double> weight = new("w", tape.Device, [1], [3.0]);
        Var<double> w = tape.Parameter(weight), loss = (w * w).Sum();
        Gradients<double> gradients = tape.Backward(loss);
        NDArray<double> gradient = gradients.Of(weight);
        if (end == "reset")
            tape.Reset();
        else if (end == "backward")
            tape.Backward(loss);
        else
            tape.Dispose();
        Assert.ThrowsAny<InvalidOperationException>(() => gradients.Has(weight));
        Assert.ThrowsAny<InvalidOperationException>(() => gradients.Of(weight));
        Assert.ThrowsAny<InvalidOperationException>(() => gradients[w]);
        Assert.Contains("given back", Assert.Throws<InvalidOperationException>(() => gradient.ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnArrayKeptAfterAResetIsRefused()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([3], [1f, 2, 3]);
        NDArray<float> value = x.Exp().Value, leaf = x.Value;
        Assert.True(value.IsHeld);
        tape.Reset();
        Assert.False(value.IsHeld);
        Var<float> other = tape.Variable([3], [7f, 8, 9]).Exp();
        Assert.Throws<InvalidOperationException>(() => value.ToArray());
        Assert.Throws<InvalidOperationException>(() => leaf.Slice(0, 0, 1).GetScalar());
        Assert.Throws<InvalidOperationException>(() => tape.Device.Fill(value, 1));
        Assert.Throws<ArgumentException>(() => tape.Constant(value));
        Assert.Throws<InvalidOperationException>(() => x.Exp());
        Assert.Equal(3, other.ToArray().Length);
    }

    [Fact]
    public void TwoThreadsOnOneTapeAreToldOrRight()
    {
        int silent = 0;
        for (int trial = 0; trial < 40; trial++)
        {
            using Tape<double> tape = new(Device.Default);
            Var<double> x = tape.Variable([64], [.. Enumerable.Range(0, 64).Select(i => 0.01 * i)]);
            double[]?[] results = new double[]?[2];
            Exception?[] problems = new Exception?[2];
            using Barrier begin = new(2);
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(who => new Thread(() =>
            {
                begin.SignalAndWait();
                try
                {
                    Var<double> y = x;
                    for (int i = 0; i < 50; i++)
                        y = who == 0 ? y.Sin() : y.Cos();
                    results[who] = y.ToArray();
                }
                catch (Exception exception)
                {
                    problems[who] = exception;
                }
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            for (int who = 0; who < 2; who++)
            {
                if (problems[who] is { } problem)
                {
                    Assert.Contains("Two threads use one tape", Assert.IsType<InvalidOperationException>(problem).Message, StringComparison.Ordinal);
                    continue;
                }

                double[] expected = [.. Enumerable.Range(0, 64).Select(i => 0.01 * i)];
                using Tape<double> alone = new();
                Var<double> y = alone.Variable([64], expected);
                for (int i = 0; i < 50; i++)
                    y = who == 0 ? y.Sin() : y.Cos();
                silent += y.ToArray().AsSpan().SequenceEqual(results[who]) ? 0 : 1;
            }
        }

        Assert.Equal(0, silent);
    }

    [Fact]
    public void ATapeMayBeHandedToAnotherThread()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [2.0]), y = default;
        Thread other = new(() => y = x * x);
        other.Start();
        other.Join();
        Assert.Equal(4, tape.Backward(y.Sum())[x].GetScalar());
    }

    [Fact]
    public void WhileOneThreadIsWithinACallAnotherIsRefused()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [2.0]);
        Exception? problem = null;
        tape.SideEffect(() =>
        {
            Thread other = new(() => problem = Record.Exception(() => x.Exp()));
            other.Start();
            other.Join();
        });
        Assert.Contains("Two threads use one tape at a time", Assert.IsType<InvalidOperationException>(problem).Message, StringComparison.Ordinal);
        Assert.Equal(Math.Exp(2), x.Exp().GetScalar(), 12);
    }

    [Fact]
    public void ForgottenTapesLeaveTheCountOfBytes()
    {
        using Device device = Device.Cpu(1);
        Forget(device);
        for (int i = 0; i < 20 && device.BytesInUse > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, device.BytesInUse);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(Device device)
        {
            Var<double>[] held = new Var<double>[50];
            for (int i = 0; i < held.Length; i++)
                held[i] = new Tape<double>(device).Variable([1000], new double[1000]).Exp();
            Assert.True(device.BytesInUse > 50 * 1000 * sizeof(double));
            GC.KeepAlive(held);
        }
    }

    [Fact]
    public void AHessianProductShowsItsNumbers()
    {
        string shown = Objective.OfScalars(x => x[0] * x[0] * x[1]).HessianProduct([1, 2], [1, 0]).ToString();
        Assert.Equal("value 2, gradient (4, 1), product with the Hessian (4, 2)", shown);
    }

    [Fact]
    public void ForeignAndDisposedTapesAreNamedInPlainWords()
    {
        using Tape<float> one = new(), other = new();
        Var<float> x = one.Variable([1], [1f]), y = other.Variable([1], [1f]).Sum();
        string foreign = Assert.Throws<InvalidOperationException>(() => one.Backward(y)).Message;
        Assert.DoesNotContain("both inputs", foreign, StringComparison.Ordinal);
        Tape<float> disposed = new();
        disposed.Dispose();
        string gone = Assert.Throws<ObjectDisposedException>(() => disposed.Constant(1f)).Message;
        Assert.Contains("Tape<float>", gone, StringComparison.Ordinal);
        Assert.DoesNotContain("`1", gone, StringComparison.Ordinal);
        string branch = Assert.Throws<InvalidOperationException>(() => one.Variable([2], [1f, 2]) < 1).Message;
        Assert.Contains("ChooseWhereGreater", branch, StringComparison.Ordinal);
        Assert.DoesNotContain("Operations.Choose,", branch, StringComparison.Ordinal);
        Assert.Equal(1, x.GetScalar());
    }
}
