using System.Numerics;

namespace ConservativeAD.Kernels.Ilgpu;

internal abstract partial class GpuNumbers<T>
{
    public abstract void Uniform(Philox random, in NDArray<T> destination, double low, double high, T bound, T last, ulong offset);

    public abstract void Normal(Philox random, in NDArray<T> destination, double mean, double deviation, ulong offset);

    public abstract void Choose(Philox random, in NDArray<T> destination, long threshold, T onEvent, T otherwise, ulong offset);
}

/// <content>Random numbers, from the same words as on the CPU.</content>
internal sealed partial class GpuNumbers<T, E, L>
{
    public override void Uniform(Philox random, in NDArray<T> destination, double low, double high, T bound, T last, ulong offset)
    {
        if (typeof(T) == typeof(double))
            Draw(random, destination, offset, new FineUniformValues<E, L>(low, high - low, Stored(bound), Stored(last)));
        else
            Draw(random, destination, offset, new UniformValues<E, L>(low, high - low, Stored(bound), Stored(last)));
    }

    public override void Normal(Philox random, in NDArray<T> destination, double mean, double deviation, ulong offset) =>
        Draw(random, destination, offset, new NormalValues<E, L>(mean, deviation));

    public override void Choose(Philox random, in NDArray<T> destination, long threshold, T onEvent, T otherwise, ulong offset) =>
        Draw(random, destination, offset, new EventValues<E>(threshold, Stored(onEvent), Stored(otherwise)));

    private static E Stored(T value) => System.Runtime.CompilerServices.Unsafe.BitCast<T, E>(value);

    private void Draw<TValues>(Philox random, in NDArray<T> destination, ulong offset, TValues values)
        where TValues : struct, IRandomValues<E>
    {
        int count = destination.Count, perBlock = TValues.PerBlock;
        if (count == 0)
            return;
        int blocks = (int)(((offset % (ulong)perBlock) + (ulong)count + (ulong)perBlock - 1) / (ulong)perBlock);
        device.ForEach(blocks, new RandomBody<E, TValues>(values, random.Seed, random.Stream, offset, Flat(destination), count));
    }
}
