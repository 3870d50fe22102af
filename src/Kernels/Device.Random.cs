using System.Numerics;

namespace ConservativeAD.Kernels;

/// <content>Random numbers. A value depends only on seed, stream and index, not on the device or the number of threads.</content>
public abstract partial class Device
{
    /// <summary>Independent uniform values in [low, high).</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">The destination; contiguous.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The upper bound, which is never reached.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public void Uniform<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.BeginWrite("Device.Uniform");
        UniformCore(random, destination, low, high, offset);
    }

    private protected abstract void UniformCore<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Independent normal values.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">The destination; contiguous.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="deviation">Their standard deviation.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public void Normal<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.BeginWrite("Device.Normal");
        NormalCore(random, destination, mean, deviation, offset);
    }

    private protected abstract void NormalCore<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Independent values that are 1 with a given probability, and otherwise 0.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">The destination; contiguous.</param>
    /// <param name="probability">From 0 to 1.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public void Bernoulli<T>(Philox random, in NDArray<T> destination, double probability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.BeginWrite("Device.Bernoulli");
        BernoulliCore(random, destination, probability, offset);
    }

    private protected abstract void BernoulliCore<T>(Philox random, in NDArray<T> destination, double probability, ulong offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Independent values that are 0 with probability p, and otherwise 1 / (1 − p): the mask of inverted dropout.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="random">The stream.</param>
    /// <param name="destination">The destination; contiguous.</param>
    /// <param name="dropProbability">p, from 0 to 1.</param>
    /// <param name="offset">The index in the stream of the first element.</param>
    public void DropoutMask<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        destination.BeginWrite("Device.DropoutMask");
        DropoutMaskCore(random, destination, dropProbability, offset);
    }

    private protected abstract void DropoutMaskCore<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
