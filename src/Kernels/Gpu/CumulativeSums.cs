using ConservativeAD.Kernels.Reductions;
using ILGPU;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>The sums along one lane, one after another.</summary>
internal readonly struct CumulativeSumBody<E, L>(ArrayView<E> x, ArrayView<E> y, int length, int inner, int isReverse, int accumulate) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> y = y;
    private readonly int length = length;
    private readonly int inner = inner;
    private readonly int isReverse = isReverse;
    private readonly int accumulate = accumulate;

    public void Run(int index)
    {
        int start = (index / inner * length * inner) + (index % inner);
        L sum = L.Constant(0);
        for (int i = 0; i < length; i++)
        {
            int at = start + ((isReverse != 0 ? length - 1 - i : i) * inner);
            sum += E.Load(x[at]);
            y[at] = E.Store(accumulate != 0 ? E.Load(y[at]) + sum : sum);
        }
    }
}

/// <summary>The sums along one long lane: threads add runs of it, the runs' sums are added up, and each thread goes over its run again.</summary>
internal readonly struct LongCumulativeSumBody<E, L>(ArrayView<E> x, ArrayView<E> y, int length, int inner, int isReverse, int accumulate) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    private readonly ArrayView<E> x = x;
    private readonly ArrayView<E> y = y;
    private readonly int length = length;
    private readonly int inner = inner;
    private readonly int isReverse = isReverse;
    private readonly int accumulate = accumulate;

    public void Run(int part)
    {
        ArrayView<L> shared = SharedMemory.Allocate<L>(RadixSort.MostThreads);
        int start = (part / inner * length * inner) + (part % inner), thread = Group.IdxX;
        int first = (int)((long)length * thread / Group.DimX), end = (int)((long)length * (thread + 1) / Group.DimX);
        L sum = L.Constant(0);
        for (int i = first; i < end; i++)
            sum += E.Load(x[start + ((isReverse != 0 ? length - 1 - i : i) * inner)]);
        shared[thread] = sum;
        Group.Barrier();
        if (thread == 0)
        {
            L before = L.Constant(0);
            for (int other = 0; other < Group.DimX; other++)
            {
                L own = shared[other];
                shared[other] = before;
                before += own;
            }
        }

        Group.Barrier();
        sum = shared[thread];
        for (int i = first; i < end; i++)
        {
            int at = start + ((isReverse != 0 ? length - 1 - i : i) * inner);
            sum += E.Load(x[at]);
            y[at] = E.Store(accumulate != 0 ? E.Load(y[at]) + sum : sum);
        }
    }
}
