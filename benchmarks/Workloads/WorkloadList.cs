namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>Every workload of the head-to-head.</summary>
internal static class WorkloadList
{
    private static readonly int[] MatrixSizes = [128, 256, 512, 1024, 2048];

    public static IReadOnlyList<NamedWorkload> All { get; } =
    [
        .. MatrixSizes.Select(n => new NamedWorkload($"matrix product {n}", (threads, peer) => new MatrixProductWorkload(n, threads, peer))),
    ];
}
