using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>A workload's name, the least that it must do, and its factory for a number of threads, with or without the peer.</summary>
internal sealed record NamedWorkload(string Name, Floor Floor, Func<int, bool, IWorkload> Make);
