using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Training;

/// <summary>What the training loop needs of a network.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal interface ITrainedNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The parameters, in a fixed order, each with a name of its own.</summary>
    IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>What a checkpoint holds besides parameters: running statistics.</summary>
    IReadOnlyList<(string Name, NDArray<T> Value)> Buffers { get; }

    /// <summary>The logits of a mini-batch.</summary>
    /// <param name="images">Images, in the network's own input shape.</param>
    /// <param name="training">Whether the network is being trained.</param>
    Var<T> Logits(Var<T> images, bool training);

    /// <summary>The shape of so many images.</summary>
    /// <param name="count">How many.</param>
    Shape InputShape(int count);
}
