using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>A tensor program on a tape: forward, or forward and backward from a random cotangent.</summary>
internal sealed class ProgramWork<T> : IGpuWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly NDArray<T>[] values;
    private readonly NDArray<T> cotangent;
    private readonly Func<Var<T>[], Var<T>> program;
    private Var<T> output;
    private Var<T>[] variables = [];
    private Gradients<T> gradients;

    /// <summary>Prepares it; the output has the shape of the inputs.</summary>
    public ProgramWork(Device device, int inputs, in Shape shape, Func<Var<T>[], Var<T>> program, bool hasBackward)
    {
        this.program = program;
        tape = new Tape<T>(device);
        values = new NDArray<T>[inputs];
        for (int i = 0; i < inputs; i++)
            values[i] = GpuArrays.Uniform<T>(device, shape, (ulong)i + 1, -3, 3);
        if (hasBackward)
            cotangent = GpuArrays.Uniform<T>(device, shape, 1000, -1, 1);
    }

    public void Run()
    {
        tape.Reset();
        variables = Array.ConvertAll(values, value => cotangent.IsNone ? tape.Constant(value) : tape.Variable(value));
        output = program(variables);
        if (!cotangent.IsNone)
            gradients = tape.Backward(output, cotangent);
    }

    public float[] Result()
    {
        Run();
        return cotangent.IsNone ? GpuArrays.Floats(output.Value) : [.. GpuArrays.Floats(output.Value), .. GpuArrays.Floats(gradients[variables[0]])];
    }

    public void Dispose()
    {
        Device device = tape.Device;
        tape.Dispose();
        foreach (NDArray<T> value in values)
            device.Return(value);
        if (!cotangent.IsNone)
            device.Return(cotangent);
    }
}
