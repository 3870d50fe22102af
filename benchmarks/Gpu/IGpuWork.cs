namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>Work prepared on a device: its arrays exist, and its parameters have their initial values.</summary>
internal interface IGpuWork : IDisposable
{
    /// <summary>Runs the work once; on a GPU it may still be running when the call returns.</summary>
    void Run();

    /// <summary>Runs the work once from its initial state and copies the result to the host, for the comparison with the CPU.</summary>
    float[] Result();

    /// <summary>
    /// The largest difference between elements of the last run's result, at the measured size, and the host's result, relative to the largest of these; 0 if
    /// only <see cref="Result"/> is compared.
    /// </summary>
    double SampledDifference() => 0;
}
