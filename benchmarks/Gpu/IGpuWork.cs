namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Work that is prepared on a device: its arrays are there, its parameters at their start.</summary>
internal interface IGpuWork : IDisposable
{
    /// <summary>Does the work once; on a GPU it may still run when the call returns.</summary>
    void Run();

    /// <summary>Does the work once from its start and copies what it computes to the host, for the comparison with the CPU.</summary>
    float[] Result();

    /// <summary>How far elements of the last run's result, at the size that is measured, are from what the host computes for them, over the largest of these; 0 where only <see cref="Result"/> is compared.</summary>
    double SampledDifference() => 0;
}
