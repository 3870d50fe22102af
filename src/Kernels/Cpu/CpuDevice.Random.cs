namespace ConservativeAD.Kernels.Cpu;

/// <content>Random numbers.</content>
internal sealed unsafe partial class CpuDevice
{
    private protected override void UniformCore<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset) =>
        RandomFill.Uniform(pool, random, Contiguous(destination), destination.Count, low, high, offset);

    private protected override void NormalCore<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset) =>
        RandomFill.Normal(pool, random, Contiguous(destination), destination.Count, mean, deviation, offset);

    private protected override void BernoulliCore<T>(Philox random, in NDArray<T> destination, double probability, ulong offset) =>
        RandomFill.Bernoulli(pool, random, Contiguous(destination), destination.Count, probability, offset);

    private protected override void DropoutMaskCore<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset) =>
        RandomFill.DropoutMask(pool, random, Contiguous(destination), destination.Count, dropProbability, offset);
}
