using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Volume;

/// <summary>Counts the relus of a network at exactly 0 on mini-batches, with the values of the recorded program.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal interface IZeroScreen<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes the network's weights after it was drawn.</summary>
    void Begin();

    /// <summary>Counts the zeros on a mini-batch.</summary>
    /// <param name="batch">The index of the mini-batch.</param>
    long Count(int batch);

    /// <summary>The arguments of the last hidden layer's relus on a mini-batch, and the number of zeros in all layers.</summary>
    /// <param name="batch">The index of the mini-batch.</param>
    /// <param name="zeros">The number of zeros.</param>
    NDArray<T> Run(int batch, out long zeros);
}
