namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Work that is prepared on a device: its arrays are there, its parameters at their start.</summary>
internal interface IGpuWork : IDisposable
{
    /// <summary>Does the work once; on a GPU it may still run when the call returns.</summary>
    void Run();

    /// <summary>Does the work once from its start and copies what it computes to the host, for the comparison with the CPU.</summary>
    float[] Result();
}
