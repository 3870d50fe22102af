using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>What the threads of a group find out together, in an order that their number alone decides.</summary>
internal static class GroupTree
{
    // As many as a group has threads at most.
    private const int MostThreads = 256;

    /// <summary>Combines the values of all threads; every thread gets the result.</summary>
    public static L Combine<L, TReduction>(L value)
        where L : unmanaged, IThreadLane<L>
        where TReduction : struct, IReduction
    {
        ArrayView<L> shared = SharedMemory.Allocate<L>(MostThreads);
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
        ArrayView<int> shared = SharedMemory.Allocate<int>(MostThreads);
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

    /// <summary>The sum of the numbers of the threads before this one, and of all of them.</summary>
    public static int SumBefore(int value, out int total)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(MostThreads);
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
