using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Kinks;

/// <summary>Plain backpropagation of a program in turn with the same program looked at more closely; the ratio is what that costs.</summary>
internal sealed class KinkCost(Action plain, Action closer) : IWorkload
{
    public void Ours() => plain();

    public void Peers() => closer();

    public double LargestDifference() => 0;

    public void Dispose()
    {
    }
}
