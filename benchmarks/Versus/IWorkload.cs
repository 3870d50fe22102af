namespace ConservativeAD.Benchmarks.Versus;

/// <summary>A workload that both engines run on the same data.</summary>
internal interface IWorkload : IDisposable
{
    /// <summary>Runs the workload once with this library.</summary>
    void Ours();

    /// <summary>Runs the workload once with libtorch.</summary>
    void Peers();

    /// <summary>The largest difference between the two results, relative to the largest magnitude; called after each ran once.</summary>
    double LargestDifference();
}
