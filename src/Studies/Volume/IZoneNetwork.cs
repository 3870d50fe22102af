using System.Numerics;
using ConservativeAD.Studies.Gradients;

namespace ConservativeAD.Studies.Volume;

/// <summary>A network whose gradients under two choices at its kinks are compared, recorded on one mini-batch at a time.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal interface IZoneNetwork<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The parameters whose gradients are compared.</summary>
    IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>Records the loss on mini-batches, one after another. Each is on the tape until the next is requested.</summary>
    /// <param name="blocks">The indices of the images of each.</param>
    IEnumerable<Var<T>> Losses(IEnumerable<int[]> blocks);

    /// <summary>Adds the kinks of the recorded mini-batch to those of the layers so far.</summary>
    /// <param name="before">The layers so far; empty at the first mini-batch.</param>
    /// <param name="hasKinks">Whether an operation of the studied kind was at a kink.</param>
    IReadOnlyList<LayerKinks> Count(IReadOnlyList<LayerKinks> before, out bool hasKinks);
}
