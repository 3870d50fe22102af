using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Training;

/// <summary>A perceptron with relu between its layers, initialised uniformly in ±1/√fan_in, with the relu rule that the settings name.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class Perceptron<T> : ITrainedNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] parameters;
    private readonly ReluRule rule;
    private readonly int pixels;

    public Perceptron(TrainSettings settings, Device device, int pixels, int classes)
    {
        this.pixels = pixels;
        rule = settings.Rule;
        int[] extents = [pixels, .. settings.Hidden, classes];
        parameters = new Parameter<T>[2 * (extents.Length - 1)];
        ulong stream = 0;
        for (int layer = 0; layer < extents.Length - 1; layer++)
        {
            double bound = 1 / Math.Sqrt(extents[layer]);
            parameters[2 * layer] = new($"layers.{layer}.weight", device, Shape.Of(extents[layer + 1], extents[layer]));
            parameters[(2 * layer) + 1] = new($"layers.{layer}.bias", device, Shape.Of(extents[layer + 1]));
            foreach (Parameter<T> parameter in parameters.AsSpan(2 * layer, 2))
            {
                double[] draws = new double[parameter.Shape.Count];
                new Philox(settings.Seed, stream++).Uniform<double>(draws, -bound, bound);
                parameter.Value.CopyFrom(Array.ConvertAll(draws, T.CreateTruncating));
            }
        }
    }

    public IReadOnlyList<Parameter<T>> Parameters => parameters;

    public IReadOnlyList<(string Name, NDArray<T> Value)> Buffers => [];

    public Shape InputShape(int count) => Shape.Of(count, pixels);

    public Var<T> Logits(Var<T> images, bool training)
    {
        Tape<T> tape = images.Tape;
        Var<T> x = images;
        for (int layer = 0; layer < parameters.Length / 2; layer++)
        {
            if (layer > 0)
                x = rule == ReluRule.Published ? x.Apply(default(PublishedRelu<T>)) : x.Relu();
            x = x.Linear(tape.Parameter(parameters[2 * layer]), tape.Parameter(parameters[(2 * layer) + 1]));
        }

        return x;
    }
}
