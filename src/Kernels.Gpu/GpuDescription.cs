namespace ConservativeAD.Kernels;

/// <summary>A GPU of this machine.</summary>
/// <param name="Name">The name that its driver reports.</param>
/// <param name="Driver">CUDA or OpenCL.</param>
/// <param name="MemoryBytes">The size of its memory.</param>
/// <param name="Multiprocessors">The number of multiprocessors: it runs at least this many groups of threads at a time.</param>
public sealed record GpuDescription(string Name, string Driver, long MemoryBytes, int Multiprocessors);
