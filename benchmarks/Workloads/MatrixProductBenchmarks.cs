using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>Products of square matrices in float.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls CleanUp.")]
public class MatrixProductBenchmarks
{
    private MatrixProductWorkload<float>? workload;

    [Params(128, 256, 512, 1024, 2048)]
    public int Size { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp() => workload = new MatrixProductWorkload<float>(Size, Threads, false);

    [GlobalCleanup]
    public void CleanUp() => workload?.Dispose();

    [Benchmark]
    public void Product() => workload!.Ours();
}
