namespace ConservativeAD.Tests;

/// <summary>Measures the managed memory that a repeated step allocates.</summary>
internal static class Allocations
{
    private const int MaximumSteps = 2000;

    /// <summary>
    /// The fewest bytes that a step allocated on this thread. A garbage collection during a step adds the unused rest of the allocation block, and code that is
    /// not fully optimised yet allocates occasionally, for long on a busy machine. A step that allocates itself does so every time.
    /// </summary>
    /// <param name="step">The step.</param>
    public static long Least(Action step)
    {
        long least = long.MaxValue;
        for (int i = 0; i < MaximumSteps && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
