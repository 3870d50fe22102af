using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The optimiser's step alone, for parameters with given gradients.</summary>
internal sealed class UpdateWork : IGpuWork
{
    private const double StepSize = 0.001;

    private readonly Tape<float> tape;
    private readonly Parameter<float> parameter;
    private readonly NDArray<float> slope;
    private readonly Optimizer<float> optimizer;
    private readonly Gradients<float> gradients;

    public UpdateWork(Device device, int count, bool isAdam)
    {
        tape = new Tape<float>(device);
        parameter = new Parameter<float>("x", device, [count]);
        NDArray<float> start = GpuArrays.Uniform<float>(device, [count], 1, -1, 1);
        device.Copy(start, parameter.Value);
        device.Return(start);
        slope = GpuArrays.Uniform<float>(device, [count], 2, -1, 1);
        optimizer = isAdam ? new Adam<float>([parameter], new ConstantStepSize(StepSize)) : new Sgd<float>([parameter], new ConstantStepSize(StepSize));
        gradients = tape.Backward((tape.Parameter(parameter) * tape.Constant(slope)).Sum());
    }

    public void Run() => optimizer.Step(gradients);

    public float[] Result()
    {
        for (int step = 0; step < 3; step++)
            Run();
        return parameter.Value.ToArray();
    }

    public void Dispose()
    {
        Device device = tape.Device;
        tape.Dispose();
        device.Return(parameter.Value);
        device.Return(slope);
    }
}
