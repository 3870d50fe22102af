using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>Reductions and scans over the threads of a group, in an order that depends only on their number.</summary>
internal static class GroupTree
{
    // The most threads that a group has.
    private const int MaximumThreads = 256;

    /// <summary>Combines the values of all threads; every thread gets the result.</summary>
    public static L Combine<L, TReduction>(L value)
        where L : unmanaged, IThreadLane<L>
        where TReduction : struct, IReduction
    {
        ArrayView<L> shared = SharedMemory.Allocate<L>(MaximumThreads);
        int thread = Group.IdxX;
        Group.Barrier();
        shared[thread] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
                shared[thread] = TReduction.Combine(shared[thread], shared[thread + half]);
            Group.Barrier();
        }

        return shared[0];
    }

    /// <summary>The sum of the numbers of all threads.</summary>
    public static int Sum(int value)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(MaximumThreads);
        int thread = Group.IdxX;
        Group.Barrier();
        shared[thread] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
                shared[thread] += shared[thread + half];
            Group.Barrier();
        }

        return shared[0];
    }

    /// <summary>The sum of the numbers of the threads before this one, and the sum over all threads.</summary>
    public static int SumBefore(int value, out int total)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(MaximumThreads);
        int thread = Group.IdxX;
        Group.Barrier();
        shared[thread] = value;
        Group.Barrier();
        for (int distance = 1; distance < Group.DimX; distance *= 2)
        {
            int added = thread >= distance ? shared[thread - distance] : 0;
            Group.Barrier();
            shared[thread] += added;
            Group.Barrier();
        }

        total = shared[Group.DimX - 1];
        return shared[thread] - value;
    }
}
