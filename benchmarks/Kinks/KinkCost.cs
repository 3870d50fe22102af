using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Kinks;

/// <summary>Measures plain backpropagation of a program alternately with a census or Clarke gradient of the same program; the ratio is their cost.</summary>
internal sealed class KinkCost(Action plain, Action closer) : IWorkload
{
    public void Ours() => plain();

    public void Peers() => closer();

    public double LargestDifference() => 0;

    public void Dispose()
    {
    }
}
