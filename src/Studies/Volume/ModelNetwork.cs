using System.Numerics;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;

namespace ConservativeAD.Studies.Volume;

/// <summary>A model of ONNX, whose nodes are its layers.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="model">The model in the settings.</param>
/// <param name="choice">The choices that are compared.</param>
/// <param name="images">The images.</param>
/// <param name="network">The network, with its weights.</param>
/// <param name="tape">The tape.</param>
internal sealed class ModelNetwork<T>(VolumeModel model, KinkChoice choice, ModelImages images, OnnxNetwork<T> network, Tape<T> tape) : IZoneNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private ModelStep<T>? step;

    public IReadOnlyList<Parameter<T>> Parameters { get; } = [.. network.Parameters];

    public IEnumerable<Var<T>> Losses(IEnumerable<int[]> blocks)
    {
        foreach (int[] block in blocks)
        {
            step = ModelStep<T>.On(tape, network, images.Shape, images.Batch<T>(block), classes => images.Labels(block, classes), model.Loss, false);
            yield return step.Loss;
        }
    }

    public IReadOnlyList<LayerKinks> Count(IReadOnlyList<LayerKinks> before, out bool hasKinks)
    {
        LayerKinks[] layers = before.Count > 0 ? [.. before] : [.. model.Layers.Select(_ => new LayerKinks(0, 0))];
        hasKinks = false;
        foreach ((OnnxNode node, OperationKinks site) in step!.Sites())
        {
            if (!choice.IsReadBy(site.Operation))
                continue;
            hasKinks |= site.Count > 0;
            int layer = model.LayerOf(node);
            if (layer >= 0)
                layers[layer] = new LayerKinks(layers[layer].Evaluations + site.Shape.Count, layers[layer].AtKink + site.Count);
        }

        return layers;
    }

    public void Dispose() => tape.Reset();
}
