using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>Running sums that restart at every element whose companion is 0. Infinities and NaN of one run do not reach the next.</summary>
public readonly struct SumOfRuns : IScan
{
    /// <inheritdoc/>
    public static bool ReadsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsPosition => false;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(0), L.Constant(1));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(x, companion);

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>
    {
        L zero = L.Constant(0);
        return new(L.IfEqual(next.Companion, zero, next.Value, before.Value + next.Value), L.IfEqual(next.Companion, zero, zero, before.Companion));
    }

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => state.Value;
}
