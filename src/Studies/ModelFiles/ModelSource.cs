using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>Makes networks of a model: with the weights of its file, or with weights drawn anew.</summary>
internal sealed class ModelSource
{
    // Operators that record what their condition says.
    private static readonly string[] Varying = ["If", "Loop"];

    private readonly OnnxModel model;
    private readonly DrawnWeights? drawn;
    private readonly ulong seed;

    private ModelSource(OnnxModel model, DrawnWeights? drawn, ulong seed, IReadOnlyList<(OnnxNode Node, OperationFacts Operation)> sites) =>
        (this.model, this.drawn, this.seed, Sites) = (model, drawn, seed, sites);

    /// <summary>Weights that are not drawn although others are.</summary>
    public IReadOnlyList<string> Kept => drawn?.Kept ?? [];

    /// <summary>The operations with kinks that the trial recorded, and the nodes of the file that they belong to.</summary>
    public IReadOnlyList<(OnnxNode Node, OperationFacts Operation)> Sites { get; }

    /// <summary>Tries a model on one batch, so that what does not fit is known before any work, and what its weights are for.</summary>
    /// <param name="studied">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="isDrawn">Whether weights are drawn.</param>
    /// <param name="seed">Their seed.</param>
    /// <param name="differentiatesInput">Whether gradients with respect to the images are asked for.</param>
    /// <exception cref="UsageException">The model's output does not fit the loss, or it has no weights to draw.</exception>
    /// <exception cref="OnnxException">The model cannot be run.</exception>
    public static ModelSource Of(StudiedModel studied, ModelImages images, LossName loss, bool isDrawn, ulong seed,
        bool differentiatesInput = true)
    {
        OnnxNetwork<float> network = studied.Model.Load<float>();
        using Tape<float> tape = new();
        ModelStep<float> step = ModelStep<float>.On(tape, network, images.Shape, images.Batch<float>("images", 0), classes => images.Labels(0, classes), loss,
            differentiatesInput);
        DrawnWeights? drawn = isDrawn ? DrawnWeights.Of(network, step.Run) : null;
        if (drawn is { IsEmpty: true })
            throw new UsageException($"{studied.Model.File} has no weights that could be drawn; leave --weights drawn out.");
        (OnnxNode Node, OperationFacts Operation)[] sites = [.. step.Sites().Select(site => (site.Node, site.Site.Operation))];
        tape.Reset();
        foreach (Parameter<float> parameter in network.Parameters)
            Device.Default.Return(parameter.Value);
        return new ModelSource(studied.Model, drawn, seed, sites);
    }

    /// <summary>The nodes of the model that may be at some kinks: those of the trial, and those that may record something else on other images.</summary>
    /// <param name="isStudied">Selects the operations.</param>
    public IReadOnlyList<ModelLayer> LayersWhere(Func<OperationFacts, bool> isStudied)
    {
        HashSet<int> nodes = [.. Sites.Where(site => isStudied(site.Operation)).Select(site => site.Node.Index)];
        nodes.UnionWith(model.Nodes.Where(node => Varying.Contains(node.Operator)).Select(node => node.Index));
        return [.. nodes.Order().Select(node => new ModelLayer(node, model.Nodes[node].Name, model.Nodes[node].Operator))];
    }

    /// <summary>Makes a network.</summary>
    /// <typeparam name="T">The element type in which it computes.</typeparam>
    /// <param name="device">The device.</param>
    /// <param name="index">Which network, where weights are drawn: the same weights in every precision, up to rounding.</param>
    public OnnxNetwork<T> Make<T>(Device device, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxNetwork<T> network = Load<T>(device);
        DrawInto(network, index);
        return network;
    }

    /// <summary>Makes a network with the weights of the file.</summary>
    /// <typeparam name="T">The element type in which it computes.</typeparam>
    /// <param name="device">The device.</param>
    public OnnxNetwork<T> Load<T>(Device device)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => model.Load<T>(device);

    /// <summary>Draws the weights of a network of this model, if weights are drawn.</summary>
    /// <typeparam name="T">The element type in which it computes.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="index">Which network of the seed.</param>
    public void DrawInto<T>(OnnxNetwork<T> network, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => drawn?.DrawInto(network, seed, index);
}
