using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>
/// The gradient of a perceptron's loss, with a tenth of the units of its first layer at their kink. The comparison covers the gradients, and the kinks if they
/// are counted.
/// </summary>
internal sealed class KinkWork : IGpuWork
{
    private readonly Tape<float> tape;
    private readonly Sequential<float> network;
    private readonly NDArray<float> images;
    private readonly NDArray<int> labels;
    private readonly KinkCare care;
    private Gradients<float> gradients;
    private long kinks;

    public KinkWork(Device device, int[] sizes, int batch, KinkCare care)
    {
        this.care = care;
        tape = new Tape<float>(device);
        network = Models.Mlp<float>(sizes, new Initializer(device, 1));
        images = GpuArrays.Uniform<float>(device, [batch, sizes[0]], 1000, 0, 1);
        labels = device.Array<int>([batch], [.. Enumerable.Range(0, batch).Select(i => i % sizes[^1])]);
        foreach (Parameter<float> parameter in network.Parameters.Take(2))
        {
            float[] values = parameter.Value.ToArray();
            int width = values.Length / parameter.Shape[0];
            Array.Clear(values, 0, parameter.Shape[0] / 10 * width);
            parameter.Value.CopyFrom(values);
        }
    }

    public void Run()
    {
        tape.Reset();
        Var<float> loss = network.Forward(tape.Constant(images)).CrossEntropy(labels);
        if (care == KinkCare.Census)
            kinks = tape.CountKinks();
        gradients = care == KinkCare.Clarke ? tape.ClarkeGradient(loss).Gradients : tape.Backward(loss);
    }

    public float[] Result()
    {
        Run();
        return [.. network.Parameters.SelectMany(parameter => gradients.Of(parameter).ToArray()), kinks];
    }

    public void Dispose()
    {
        Device device = tape.Device;
        tape.Dispose();
        foreach (Parameter<float> parameter in network.Parameters)
            device.Return(parameter.Value);
        device.Return(images);
        device.Return(labels);
    }
}
