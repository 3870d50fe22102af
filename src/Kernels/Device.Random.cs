using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Random numbers. A value depends on seed, stream and index alone: not on the device, nor on the number of threads.</content>
public abstract partial class Device
{
    /// <summary>Independent uniform values in [low, high).</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">Where to write; contiguous.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The bound that is not reached.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public abstract void Uniform<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Independent normal values.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">Where to write; contiguous.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public abstract void Normal<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>1 with a probability, else 0.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">Where to write; contiguous.</param>
    /// <param name="probability">From 0 to 1.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public abstract void Bernoulli<T>(Philox random, in NDArray<T> destination, double probability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>0 with a probability p, else 1 / (1 − p): the mask of inverted dropout.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">Where to write; contiguous.</param>
    /// <param name="dropProbability">p, from 0 to 1.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public abstract void DropoutMask<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
