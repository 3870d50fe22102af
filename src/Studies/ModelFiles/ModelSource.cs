using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.ModelFiles;

/// <summary>Makes networks of a model: with the weights of its file, or with weights drawn anew.</summary>
internal sealed class ModelSource
{
    private readonly OnnxModel model;
    private readonly DrawnWeights? drawn;
    private readonly ulong seed;

    private ModelSource(OnnxModel model, DrawnWeights? drawn, ulong seed) => (this.model, this.drawn, this.seed) = (model, drawn, seed);

    /// <summary>Weights that are not drawn although others are.</summary>
    public IReadOnlyList<string> Kept => drawn?.Kept ?? [];

    /// <summary>Tries a model on one batch, so that what does not fit is known before any work, and what its weights are for.</summary>
    /// <param name="studied">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="isDrawn">Whether weights are drawn.</param>
    /// <param name="seed">Their seed.</param>
    /// <exception cref="UsageException">The model's output does not fit the loss, or it has no weights to draw.</exception>
    /// <exception cref="OnnxException">The model cannot be run.</exception>
    public static ModelSource Of(StudiedModel studied, ModelImages images, LossName loss, bool isDrawn, ulong seed)
    {
        OnnxNetwork<float> network = studied.Model.Load<float>();
        using Tape<float> tape = new();
        ModelStep<float> step = ModelStep<float>.On(tape, network, images.Shape, images.Batch<float>("images", 0), classes => images.Labels(0, classes), loss);
        DrawnWeights? drawn = isDrawn ? DrawnWeights.Of(network, step.Run) : null;
        if (drawn is { IsEmpty: true })
            throw new UsageException($"{studied.Model.File} has no weights that could be drawn; leave --weights drawn out.");
        foreach (Parameter<float> parameter in network.Parameters)
            Device.Default.Return(parameter.Value);
        return new ModelSource(studied.Model, drawn, seed);
    }

    /// <summary>Makes a network.</summary>
    /// <typeparam name="T">The element type in which it computes.</typeparam>
    /// <param name="device">The device.</param>
    /// <param name="index">Which network, where weights are drawn: the same weights in every precision, up to rounding.</param>
    public OnnxNetwork<T> Make<T>(Device device, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OnnxNetwork<T> network = model.Load<T>(device);
        drawn?.DrawInto(network, seed, index);
        return network;
    }
}
