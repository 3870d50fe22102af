namespace ConservativeAD.Benchmarks.Versus;

/// <summary>One piece of work done by both engines on the same data.</summary>
internal interface IWorkload : IDisposable
{
    /// <summary>Does the work once with this library.</summary>
    void Ours();

    /// <summary>Does the work once with libtorch.</summary>
    void Peers();

    /// <summary>The largest difference between the two results, relative to the largest magnitude; called after each ran once.</summary>
    double LargestDifference();
}
