namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>Every workload of the head-to-head.</summary>
internal static class WorkloadList
{
    private static readonly int[] MatrixSizes = [128, 256, 512, 1024, 2048];

    public static IReadOnlyList<NamedWorkload> All { get; } =
    [
        .. MatrixSizes.Select(n => new NamedWorkload($"matrix product {n}", (threads, peer) => new MatrixProductWorkload(n, threads, peer))),
        new("MLP 784-256-128-10, batch 128, step", (threads, peer) => TrainingStepWorkload.Mlp([784, 256, 128, 10], 128, threads, peer)),
        new("MLP 2-16-16-1, batch 32, step", (threads, peer) => TrainingStepWorkload.Mlp([2, 16, 16, 1], 32, threads, peer)),
        new("LeNet-5, batch 64, step", (threads, peer) => TrainingStepWorkload.LeNet5(64, threads, peer)),
    ];
}
