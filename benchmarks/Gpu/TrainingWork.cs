using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>
/// One training step of a classifier: forward, cross-entropy, backward and SGD, recorded at each step or replayed. The comparison covers the loss and the
/// gradients at the start.
/// </summary>
internal sealed class TrainingWork : IGpuWork
{
    private const double StepSize = 0.01;
    private const int Classes = 10;

    private readonly Tape<float> tape;
    private readonly Parameter<float>[] parameters;
    private readonly Sgd<float> optimizer;
    private readonly NDArray<float> images;
    private readonly NDArray<int> labels;
    private readonly Func<Tape<float>, Var<float>> loss;
    private readonly Replay<float>? replay;

    public TrainingWork(Device device, Func<Initializer, Sequential<float>> make, in Shape input, bool replays)
    {
        tape = new Tape<float>(device);
        Sequential<float> network = make(new Initializer(device, 1));
        parameters = [.. network.Parameters];
        optimizer = new Sgd<float>(network.Parameters, new ConstantStepSize(StepSize));
        images = GpuArrays.Uniform<float>(device, input, 1000, 0, 1);
        labels = device.Array<int>([input[0]], [.. Enumerable.Range(0, input[0]).Select(i => i % Classes)]);
        loss = recording => network.Forward(recording.Constant(images)).CrossEntropy(labels);
        replay = replays ? new Replay<float>(tape, loss) : null;
    }

    public void Run() => optimizer.Step(Gradient());

    public float[] Result()
    {
        Gradients<float> gradients = Gradient();
        if (replay is not null)
            gradients = Gradient();
        return [.. parameters.SelectMany(parameter => gradients.Of(parameter).ToArray())];
    }

    public void Dispose()
    {
        Device device = tape.Device;
        tape.Dispose();
        foreach (Parameter<float> parameter in parameters)
            device.Return(parameter.Value);
        device.Return(images);
        device.Return(labels);
    }

    private Gradients<float> Gradient()
    {
        if (replay is not null)
            return replay.Backward();
        tape.Reset();
        return tape.Backward(loss(tape));
    }
}
