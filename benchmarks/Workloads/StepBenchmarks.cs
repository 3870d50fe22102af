using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>Whole training steps of this library: time, and managed memory, which must be 0.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls CleanUp.")]
public class StepBenchmarks
{
    private TrainingStepWorkload? workload;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup(Target = nameof(MlpStep))]
    public void SetUpMlp() => workload = TrainingStepWorkload.Mlp([784, 256, 128, 10], 128, Threads, false);

    [GlobalSetup(Target = nameof(SmallMlpStep))]
    public void SetUpSmallMlp() => workload = TrainingStepWorkload.Mlp([2, 16, 16, 1], 32, Threads, false);

    [GlobalSetup(Target = nameof(LeNetStep))]
    public void SetUpLeNet() => workload = TrainingStepWorkload.LeNet5(64, Threads, false);

    [GlobalCleanup]
    public void CleanUp() => workload?.Dispose();

    [Benchmark(Description = "MLP 784-256-128-10, batch 128")]
    public void MlpStep() => workload!.Ours();

    [Benchmark(Description = "MLP 2-16-16-1, batch 32")]
    public void SmallMlpStep() => workload!.Ours();

    [Benchmark(Description = "LeNet-5, batch 64")]
    public void LeNetStep() => workload!.Ours();
}
