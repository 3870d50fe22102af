using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Pooling;

/// <summary>
/// A network in double precision that takes the values of every module from a recorded run in another precision. Its pooling windows tie where those of the run
/// do, and its reverse passes are those of the run over the reals, up to the rounding of double. So it tells whether two rules at ties differ over the reals or
/// by rounding alone.
/// </summary>
/// <typeparam name="T">The precision of the run.</typeparam>
internal sealed class WideReplica<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<double> tape;
    private readonly Sequential<double> network;
    private readonly Parameter<double>[] parameters;

    /// <summary>Makes a replica.</summary>
    /// <param name="device">The device.</param>
    /// <param name="network">A network of the same modules; its parameters are replaced.</param>
    public WideReplica(Device device, Sequential<double> network)
    {
        tape = new Tape<double>(device);
        this.network = network;
        parameters = [.. network.Parameters];
    }

    /// <summary>The gradients of the mean cross-entropy under two selections, for the same values.</summary>
    /// <param name="original">The parameters of the run.</param>
    /// <param name="input">The input of the run.</param>
    /// <param name="values">The value of every module in the run, in order.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="first">One selection.</param>
    /// <param name="second">The other.</param>
    /// <returns>For every parameter the gradient under the first selection and the difference of that under the second from it.</returns>
    public IEnumerable<(double[] First, double[] Difference)> Differences(IReadOnlyList<Parameter<T>> original, Var<T> input, IReadOnlyList<Var<T>> values,
        int[] labels, Selections first, Selections second)
    {
        for (int p = 0; p < parameters.Length; p++)
            parameters[p].Value.CopyFrom(Wide(original[p].Value.ToArray()));
        tape.Reset();
        Var<double> x = tape.Constant(input.Shape, Wide(input.ToArray()));
        for (int m = 0; m < values.Count; m++)
        {
            Var<double> own = network.Modules[m].Forward(x);
            // own − own is 0 exactly, so the value is that of the run, and the derivative that of the module.
            x = own - own.Detach() + tape.Constant(own.Shape, Wide(values[m].ToArray()));
        }

        Var<double> loss = x.CrossEntropy(labels);
        double[][] one = Gradients(loss, first), other = Gradients(loss, second);
        return one.Zip(other, (a, b) => (a, Array.ConvertAll([.. a.Zip(b)], pair => pair.Second - pair.First)));
    }

    public void Dispose()
    {
        tape.Dispose();
        foreach (Parameter<double> parameter in parameters)
            tape.Device.Return(parameter.Value);
    }

    private double[][] Gradients(Var<double> loss, Selections selections)
    {
        Gradients<double> gradients = tape.Backward(loss, selections);
        return Array.ConvertAll(parameters, parameter => gradients.Of(parameter).ToArray());
    }

    private static double[] Wide(T[] elements) => Array.ConvertAll(elements, double.CreateTruncating);
}
