using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers.Tests;

/// <summary>A program with any gradient that a test chooses: the pullback of a cotangent through a sum.</summary>
internal sealed class GivenGradients<T>(Parameter<T> parameter) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape = new(parameter.Value.Device);
    private readonly NDArray<T> zeros = Zeros(parameter);
    private readonly NDArray<T> cotangent = parameter.Value.Device.Allocate<T>(parameter.Shape);

    public Gradients<T> Of(ReadOnlySpan<T> gradient)
    {
        tape.Reset();
        cotangent.CopyFrom(gradient);
        return tape.Backward(tape.Parameter(parameter) + tape.Constant(zeros), cotangent);
    }

    public void Dispose() => tape.Dispose();

    private static NDArray<T> Zeros(Parameter<T> parameter)
    {
        NDArray<T> zeros = parameter.Value.Device.Allocate<T>(parameter.Shape);
        parameter.Value.Device.Fill(zeros, T.Zero);
        return zeros;
    }
}
