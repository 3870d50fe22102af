using ConservativeAD.Networks;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;

namespace ConservativeAD.Studies.Volume;

/// <summary>The model of ONNX that a volume study is of.</summary>
/// <param name="File">Its file.</param>
/// <param name="Sum">The checksum of the model and its weights.</param>
/// <param name="Opset">The version of ONNX's operators.</param>
/// <param name="IsDrawn">Whether every network has weights drawn anew; otherwise all have those of the file.</param>
/// <param name="Loss">The loss of which gradients are taken.</param>
/// <param name="Input">The shape of a mini-batch.</param>
/// <param name="Device">The device.</param>
/// <param name="Layers">The nodes that may be at kinks of the studied kind, which follow from the model and the kind.</param>
/// <param name="Kept">Weights that are not drawn, as what they are for does not say how.</param>
internal sealed record VolumeModel(string File, string Sum, int Opset, bool IsDrawn, LossName Loss, int[] Input, string Device,
    IReadOnlyList<ModelLayer> Layers, IReadOnlyList<string> Kept)
{
    /// <summary>The layers of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">A trial of it.</param>
    /// <param name="choice">The choices at the studied kind of kink.</param>
    /// <exception cref="UsageException">It has no such kinks.</exception>
    public static IReadOnlyList<ModelLayer> LayersOf(OnnxModel model, ModelSource source, KinkChoice choice)
    {
        IReadOnlyList<ModelLayer> layers = source.LayersWhere(choice.IsReadBy);
        if (layers.Count > 0)
            return layers;
        string[] present = [.. source.Sites.Select(site => site.Operation.Name).Distinct()];
        throw new UsageException(present.Length == 0
            ? $"{model.File} has no operation with a kink that its weights influence; all choices give the same gradients."
            : $"{model.File} has no operation that reads {choice.Words}; those with kinks are {string.Join(", ", present)}. Give another --kink, or any for "
                + "all.");
    }

    /// <summary>The layer of a node; −1 if it has none.</summary>
    /// <param name="node">The node.</param>
    public int LayerOf(OnnxNode node)
    {
        for (int i = 0; i < Layers.Count; i++)
        {
            if (Layers[i].Node == node.Index)
                return i;
        }

        return -1;
    }
}
