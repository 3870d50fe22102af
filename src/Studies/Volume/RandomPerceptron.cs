using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// A network 784-(w × L)-10 at its default initialisation: weights and biases uniform in ±1/√fan_in. The draws depend only on (seed, network) and are the same
/// for every precision, up to rounding; an <see cref="Initializer"/> would draw other numbers, from one stream per parameter.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class RandomPerceptron<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Sequential<T> network;
    private readonly Linear<T>[] layers;
    private readonly double[] draws;
    private readonly T[] rounded;

    public RandomPerceptron(Device device, int inputs, int classes, int depth, int width)
    {
        // Draw replaces the initial numbers.
        network = Models.Mlp<T>([inputs, .. Enumerable.Repeat(width, depth), classes], new Initializer(device, 0));
        layers = [.. network.Modules.OfType<Linear<T>>()];
        int largest = layers.Max(layer => layer.Weight.Shape.Count);
        (draws, rounded) = (new double[largest], new T[largest]);
        Parameters = [.. layers.Select(layer => layer.Weight), .. layers.Select(layer => layer.Bias!)];
    }

    /// <summary>All parameters, with the first layer's weights first.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The number of layers of weights.</summary>
    public int Layers => layers.Length;

    /// <summary>The weights of a layer, [outputs, inputs].</summary>
    public NDArray<T> Weight(int layer) => layers[layer].Weight.Value;

    /// <summary>The biases of a layer.</summary>
    public NDArray<T> Bias(int layer) => layers[layer].Bias!.Value;

    /// <summary>Draws a network.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="network">The index of the network for this seed.</param>
    public void Draw(ulong seed, int network)
    {
        Philox random = Philox.For(seed, (uint)Streams.Networks, (ulong)network);
        ulong drawn = 0;
        foreach (Linear<T> layer in layers)
        {
            double bound = 1 / Math.Sqrt(layer.Weight.Shape[1]);
            Fill(layer.Weight, random, bound, ref drawn);
            Fill(layer.Bias!, random, bound, ref drawn);
        }
    }

    /// <summary>The mean cross-entropy on a mini-batch.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="images">Images × pixels.</param>
    /// <param name="labels">Their classes.</param>
    public Var<T> Loss(Tape<T> tape, in NDArray<T> images, in NDArray<int> labels) => network.Forward(tape.Constant(images)).CrossEntropy(labels);

    private void Fill(Parameter<T> parameter, Philox random, double bound, ref ulong drawn)
    {
        Span<double> drawing = draws.AsSpan(0, parameter.Shape.Count);
        Span<T> values = rounded.AsSpan(0, drawing.Length);
        random.Uniform(drawing, -bound, bound, drawn);
        drawn += (ulong)drawing.Length;
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateTruncating(drawing[i]);
        parameter.Value.CopyFrom(values);
    }
}
