using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>A workload's name and its factory for a number of threads, with or without the peer.</summary>
internal sealed record NamedWorkload(string Name, Func<int, bool, IWorkload> Make);
