using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// A network 784-(w × L)-10 at its default initialisation: weights and biases uniform in ±1/√fan_in. The draws depend on (seed, network) alone and are
/// the same for every precision, up to rounding.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class RandomPerceptron<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] weights;
    private readonly Parameter<T>[] biases;

    public RandomPerceptron(Device device, int inputs, int classes, int depth, int width)
    {
        weights = new Parameter<T>[depth + 1];
        biases = new Parameter<T>[depth + 1];
        for (int layer = 0; layer <= depth; layer++)
        {
            int fanIn = layer == 0 ? inputs : width;
            int fanOut = layer == depth ? classes : width;
            weights[layer] = new Parameter<T>($"weight {layer}", device, Shape.Of(fanOut, fanIn));
            biases[layer] = new Parameter<T>($"bias {layer}", device, Shape.Of(fanOut));
        }

        Parameters = [.. weights, .. biases];
    }

    /// <summary>Every parameter; the first layer's weights come first.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>How many layers of weights there are.</summary>
    public int Layers => weights.Length;

    /// <summary>The weights of a layer, [outputs, inputs].</summary>
    public NDArray<T> Weight(int layer) => weights[layer].Value;

    /// <summary>The biases of a layer.</summary>
    public NDArray<T> Bias(int layer) => biases[layer].Value;

    /// <summary>Draws a network.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="network">Which network of the seed.</param>
    public void Draw(ulong seed, int network)
    {
        Philox random = new(seed, (ulong)network);
        ulong drawn = 0;
        for (int layer = 0; layer < weights.Length; layer++)
        {
            double bound = 1 / Math.Sqrt(weights[layer].Shape[1]);
            Fill(weights[layer], random, bound, ref drawn);
            Fill(biases[layer], random, bound, ref drawn);
        }
    }

    /// <summary>The mean cross-entropy on a mini-batch.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="images">Images × pixels.</param>
    /// <param name="labels">Their classes.</param>
    public Var<T> Loss(Tape<T> tape, in NDArray<T> images, in NDArray<int> labels)
    {
        Var<T> x = tape.Constant(images);
        for (int layer = 0; layer < weights.Length; layer++)
        {
            x = x.Linear(tape.Parameter(weights[layer]), tape.Parameter(biases[layer]));
            if (layer < weights.Length - 1)
                x = x.Relu();
        }

        return x.CrossEntropy(labels);
    }

    private static void Fill(Parameter<T> parameter, Philox random, double bound, ref ulong drawn)
    {
        double[] draws = new double[parameter.Shape.Count];
        random.Uniform<double>(draws, -bound, bound, drawn);
        drawn += (ulong)draws.Length;
        parameter.Value.CopyFrom(Array.ConvertAll(draws, T.CreateTruncating));
    }
}
