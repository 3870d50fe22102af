using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Scans;
using ILGPU;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The arrays that a scan reads and writes, and its path along the lanes. Views that are not needed may be any views.</summary>
/// <typeparam name="E">The stored element.</typeparam>
/// <typeparam name="L">The lane it is loaded to.</typeparam>
/// <typeparam name="TScan">The scan, which is computed in double.</typeparam>
internal readonly struct ScanLanes<E, L, TScan>(TScan scan, ArrayView<E> x, ArrayView<E> companions, ArrayView<E> y, ArrayView<int> positions, int length,
    int inner, int isReverse, int writesY, int writesPositions, int accumulate)
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TScan : struct, IScan
{
    public int Length => length;

    public ScanState<DoubleLane> Identity => scan.Identity<DoubleLane>();

    public ScanState<DoubleLane> Combine(ScanState<DoubleLane> before, ScanState<DoubleLane> next) => scan.Combine(before, next);

    /// <summary>Adds one element to the state.</summary>
    /// <param name="before">The state before it.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="place">The element's place in the order of the scan.</param>
    public ScanState<DoubleLane> With(ScanState<DoubleLane> before, int lane, int place)
    {
        int position = Position(place), at = Offset(lane, position);
        DoubleLane companion = TScan.ReadsCompanion ? Wide(companions[at]) : default;
        return scan.Combine(before, scan.Element(Wide(x[at]), companion, new DoubleLane(position)));
    }

    /// <summary>Writes the result of the segment that ends at a place.</summary>
    /// <param name="state">The state there.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="place">The place in the order of the scan.</param>
    public void Write(ScanState<DoubleLane> state, int lane, int place)
    {
        int at = Offset(lane, Position(place));
        if (writesY != 0)
        {
            DoubleLane result = scan.Result(state);
            y[at] = E.Store(L.Broadcast((accumulate != 0 ? Wide(y[at]) + result : result).Value));
        }

        if (TScan.KeepsPosition && writesPositions != 0)
            positions[at] = (int)state.Position.Value;
    }

    private static DoubleLane Wide(E element) => new(L.ToDouble(E.Load(element)));

    private int Position(int place) => isReverse != 0 ? length - 1 - place : place;

    private int Offset(int lane, int position) => (((lane / inner * length) + position) * inner) + (lane % inner);
}

/// <summary>Scans one lane, one element after another.</summary>
internal readonly struct ScanBody<E, L, TScan>(ScanLanes<E, L, TScan> lanes) : IIndexBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TScan : struct, IScan
{
    public void Run(int index)
    {
        ScanState<DoubleLane> state = lanes.Identity;
        for (int place = 0; place < lanes.Length; place++)
        {
            state = lanes.With(state, index, place);
            lanes.Write(state, index, place);
        }
    }
}

/// <summary>
/// Scans one long lane: each thread combines a run, the runs are combined in order, and each thread processes its run again.
/// </summary>
internal readonly struct LongScanBody<E, L, TScan>(ScanLanes<E, L, TScan> lanes) : IGroupBody
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
    where TScan : struct, IScan
{
    public void Run(int part)
    {
        ArrayView<DoubleLane> values = SharedMemory.Allocate<DoubleLane>(RadixSort.MaximumThreads);
        ArrayView<DoubleLane> companions = SharedMemory.Allocate<DoubleLane>(RadixSort.MaximumThreads);
        ArrayView<DoubleLane> positions = SharedMemory.Allocate<DoubleLane>(RadixSort.MaximumThreads);
        int thread = Group.IdxX;
        int first = (int)((long)lanes.Length * thread / Group.DimX), end = (int)((long)lanes.Length * (thread + 1) / Group.DimX);
        ScanState<DoubleLane> state = lanes.Identity;
        for (int place = first; place < end; place++)
            state = lanes.With(state, part, place);
        values[thread] = state.Value;
        companions[thread] = state.Companion;
        positions[thread] = state.Position;
        Group.Barrier();
        if (thread == 0)
        {
            ScanState<DoubleLane> before = lanes.Identity;
            for (int other = 0; other < Group.DimX; other++)
            {
                ScanState<DoubleLane> own = new(values[other], companions[other], positions[other]);
                values[other] = before.Value;
                companions[other] = before.Companion;
                positions[other] = before.Position;
                before = lanes.Combine(before, own);
            }
        }

        Group.Barrier();
        state = new(values[thread], companions[thread], positions[thread]);
        for (int place = first; place < end; place++)
        {
            state = lanes.With(state, part, place);
            lanes.Write(state, part, place);
        }
    }
}
