using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// The source of initial parameters. Each parameter has its own random stream, in the order of creation. Numbers are drawn in double precision and rounded, so
/// that networks with the same seed start from the same numbers in every precision.
/// </summary>
/// <param name="device">The device of the parameters.</param>
/// <param name="seed">The seed.</param>
public sealed class Initializer(Device device, ulong seed)
{
    private ulong nextStream;

    /// <summary>The device of the parameters.</summary>
    public Device Device { get; } = device;

    /// <summary>The seed.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>Returns a stream of random numbers that no other part of the network uses.</summary>
    public Philox NextStream() => new(Seed, nextStream++);

    /// <summary>A parameter uniform in ±1/√fan-in, as in PyTorch's Linear and Conv2d for weights and biases (Kaiming uniform with a = √5).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="fanIn">The number of inputs that one output sums over; at least 1.</param>
    public Parameter<T> Uniform<T>(string name, Shape shape, int fanIn)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fanIn, 1);
        return Between<T>(name, shape, 1 / Math.Sqrt(fanIn));
    }

    /// <summary>A parameter uniform in ±√(6/(fan-in + fan-out)) (Glorot and Bengio 2010), as for queries, keys and values in PyTorch's attention.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="fanIn">The number of inputs that one output sums over; at least 1.</param>
    /// <param name="fanOut">The number of outputs that one input contributes to; at least 1.</param>
    public Parameter<T> GlorotUniform<T>(string name, Shape shape, int fanIn, int fanOut)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fanIn, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(fanOut, 1);
        return Between<T>(name, shape, Math.Sqrt(6.0 / ((double)fanIn + fanOut)));
    }

    /// <summary>A parameter with normally distributed elements of mean 0.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="deviation">The standard deviation.</param>
    public Parameter<T> Normal<T>(string name, Shape shape, double deviation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] draws = new double[shape.Count];
        NextStream().Normal<double>(draws, 0, deviation);
        return new Parameter<T>(name, Device, shape, Array.ConvertAll(draws, T.CreateTruncating));
    }

    /// <summary>A parameter whose elements all have the same value.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="value">The value.</param>
    public Parameter<T> Constant<T>(string name, Shape shape, double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] elements = new T[shape.Count];
        Array.Fill(elements, T.CreateTruncating(value));
        return new Parameter<T>(name, Device, shape, elements);
    }

    private Parameter<T> Between<T>(string name, Shape shape, double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] draws = new double[shape.Count];
        NextStream().Uniform<double>(draws, -bound, bound);
        return new Parameter<T>(name, Device, shape, Array.ConvertAll(draws, T.CreateTruncating));
    }
}
