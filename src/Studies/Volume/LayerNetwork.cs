using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Volume;

/// <summary>A random network of the program's own, whose activations or poolings are its layers.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class LayerNetwork<T> : IZoneNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KinkChoice choice;
    private readonly LabelledBatches<T> batches;
    private readonly Device device;
    private readonly Tape<T> tape;
    private readonly Sequential<T> network;
    private readonly LayerSpans<T> spans = new();

    /// <summary>Makes a network.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="batches">The images.</param>
    /// <param name="device">The device.</param>
    /// <param name="tape">The tape.</param>
    /// <param name="index">The index of the network.</param>
    public LayerNetwork(KinkVolumeSettings settings, LabelledBatches<T> batches, Device device, Tape<T> tape, int index)
    {
        choice = KinkChoice.Of(settings.Kink);
        (this.batches, this.device, this.tape) = (batches, device, tape);
        network = settings.Make<T>(device, index, () => new Activation<T>(Activate));
        Parameters = [.. network.Parameters];
    }

    public IReadOnlyList<Parameter<T>> Parameters { get; }

    public IEnumerable<Var<T>> Losses(IEnumerable<int[]> blocks)
    {
        foreach (Batch<T> batch in batches.InBlocks(blocks))
        {
            tape.Reset();
            spans.Clear();
            yield return Forward(tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels)).CrossEntropy(batch.Labels);
        }
    }

    public IReadOnlyList<LayerKinks> Count(IReadOnlyList<LayerKinks> before, out bool hasKinks) => spans.Count(tape, before, out hasKinks);

    public void Dispose()
    {
        tape.Reset();
        foreach (Parameter<T> parameter in Parameters)
            device.Return(parameter.Value);
    }

    private Var<T> Activate(Var<T> x)
    {
        int from = tape.Count;
        Var<T> y = choice.Apply(x);
        if (choice.Name != KinkName.MaxPool)
            spans.Add(from, y);
        return y;
    }

    private Var<T> Forward(Var<T> x)
    {
        foreach (Module<T> module in network.Modules)
        {
            int from = tape.Count;
            x = module.Forward(x);
            if (choice.Name == KinkName.MaxPool && module is MaxPool2d<T>)
                spans.Add(from, x);
        }

        return x;
    }
}
