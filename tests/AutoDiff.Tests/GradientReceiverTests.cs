using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>Gradients of parameters that are handed out while the reverse pass goes on.</summary>
public class GradientReceiverTests
{
    [Fact]
    public void EachGradientComesOnceWhenItIsCompleteTheLastLayersFirst()
    {
        using Tape<double> tape = new();
        Parameter<double> first = Vector("first", 2, 3), second = Vector("second", 5, 7), unused = Vector("unused", 1, 1), apart = Vector("apart", 1, 1);
        Var<double> hidden = tape.Parameter(first).Square();
        tape.Parameter(unused);
        tape.Parameter(apart).Square();
        Var<double> loss = (hidden * tape.Parameter(second) * tape.Parameter(second)).Sum();
        Recorder recorder = new(tape);
        Gradients<double> gradients = tape.Backward(loss, default, recorder);
        Assert.Equal(["second", "first"], recorder.Received.Select(one => one.Name));
        Assert.Equal(gradients.Of(second).ToArray(), recorder.Received[0].Gradient);
        Assert.Equal(gradients.Of(first).ToArray(), recorder.Received[1].Gradient);
        Assert.Equal([2 * 2.0 * 25, 2 * 3.0 * 49], recorder.Received[1].Gradient);
    }

    [Fact]
    public void ACotangentAndActionsOnGradientsComeBefore()
    {
        using Tape<double> tape = new();
        Parameter<double> w = Vector("w", 2, 3);
        Var<double> x = tape.Parameter(w);
        tape.OnGradient(x, gradient => gradient.CopyFrom([10, 20]));
        NDArray<double> cotangent = Device.Default.Allocate<double>([2]);
        cotangent.CopyFrom([1, 2]);
        Recorder recorder = new(tape);
        tape.Backward(x.Square(), cotangent, recorder);
        Assert.Equal([10, 20], Assert.Single(recorder.Received).Gradient);
        tape.Reset();
        tape.Backward(tape.Parameter(w).Square(), cotangent, recorder);
        Assert.Equal([4, 12], recorder.Received[1].Gradient);
    }

    [Fact]
    public void AReceiverThatUsesTheTapeIsRefused()
    {
        using Tape<double> tape = new();
        Parameter<double> w = Vector("w", 2, 3);
        Var<double> loss = tape.Parameter(w).Square().Sum();
        string message = Assert.Throws<InvalidOperationException>(() => tape.Backward(loss, default, new Recorder(tape, true))).Message;
        Assert.Contains("a receiver of gradients", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => tape.Backward(loss, default, (IGradientReceiver<double>)null!));
        Assert.Equal([4, 6], tape.Backward(loss).Of(w).ToArray());
    }

    private static Parameter<double> Vector(string name, params double[] elements) => new(name, Device.Default, [elements.Length], elements);

    private sealed class Recorder(Tape<double> tape, bool usesTape = false) : IGradientReceiver<double>
    {
        public List<(string Name, double[] Gradient)> Received { get; } = [];

        public void Receive(Parameter<double> parameter, in NDArray<double> gradient)
        {
            Received.Add((parameter.Name, gradient.ToArray()));
            if (usesTape)
                tape.Reset();
        }
    }
}
