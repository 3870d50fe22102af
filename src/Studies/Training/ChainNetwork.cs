using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Training;

/// <summary>A network that is a chain of layers, initialised uniformly in ±1/√fan_in, with the relu rule that the settings name.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class ChainNetwork<T> : ITrainedNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<LayerPlan> layers;
    private readonly List<Parameter<T>> parameters = [];
    private readonly ReluRule rule;
    private readonly int channels;
    private readonly int side;

    /// <summary>Makes a network for square images.</summary>
    /// <param name="settings">The seed and the relu rule.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="side">Its rows and columns.</param>
    /// <param name="layers">The layers in order.</param>
    public ChainNetwork(TrainSettings settings, Device device, int channels, int side, IReadOnlyList<LayerPlan> layers)
    {
        this.layers = layers;
        this.channels = channels;
        this.side = side;
        rule = settings.Rule;
        int depth = channels, extent = side;
        for (int layer = 0; layer < layers.Count; layer++)
        {
            switch (layers[layer])
            {
                case LayerPlan.Dense dense:
                    Add(settings, device, layer, Shape.Of(dense.Outputs, depth * extent * extent));
                    depth = dense.Outputs;
                    extent = 1;
                    break;
                case LayerPlan.Convolution convolution:
                    Add(settings, device, layer, Shape.Of(convolution.Channels, depth, convolution.Kernel, convolution.Kernel));
                    depth = convolution.Channels;
                    extent += (2 * convolution.Padding) - convolution.Kernel + 1;
                    break;
                case LayerPlan.MaxPooling pooling:
                    extent /= pooling.Window;
                    break;
                default:
                    break;
            }
        }
    }

    public IReadOnlyList<Parameter<T>> Parameters => parameters;

    public IReadOnlyList<(string Name, NDArray<T> Value)> Buffers => [];

    public Shape InputShape(int count) => Shape.Of(count, channels, side, side);

    public Var<T> Logits(Var<T> images, bool training)
    {
        Tape<T> tape = images.Tape;
        Var<T> x = images;
        int next = 0;
        Var<T> Next() => tape.Parameter(parameters[next++]);
        foreach (LayerPlan layer in layers)
        {
            x = layer switch
            {
                LayerPlan.Dense => (x.Shape.Rank > 2 ? x.Flatten() : x).Linear(Next(), Next()),
                LayerPlan.Convolution convolution => x.Conv2d(Next(), Next(), padding: convolution.Padding),
                LayerPlan.MaxPooling pooling => x.MaxPool2d(pooling.Window),
                _ => rule == ReluRule.Published ? x.Apply(default(PublishedRelu<T>)) : x.Relu(),
            };
        }

        return x;
    }

    private void Add(TrainSettings settings, Device device, int layer, in Shape weight)
    {
        double bound = 1 / Math.Sqrt(weight.Count / weight[0]);
        parameters.Add(new Parameter<T>($"layers.{layer}.weight", device, weight));
        parameters.Add(new Parameter<T>($"layers.{layer}.bias", device, Shape.Of(weight[0])));
        for (int parameter = parameters.Count - 2; parameter < parameters.Count; parameter++)
        {
            double[] draws = new double[parameters[parameter].Shape.Count];
            new Philox(settings.Seed, (ulong)parameter).Uniform<double>(draws, -bound, bound);
            parameters[parameter].Value.CopyFrom(Array.ConvertAll(draws, T.CreateTruncating));
        }
    }
}
