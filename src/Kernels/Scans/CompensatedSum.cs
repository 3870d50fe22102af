using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>Running sums that also accumulate the rounding errors of their additions, so that long sums of doubles stay accurate to double precision.</summary>
/// <remarks>Neumaier, ZAMM 54 (1974), with Knuth's two-sum.</remarks>
public readonly struct CompensatedSum : IScan
{
    /// <inheritdoc/>
    public static bool ReadsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsPosition => false;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(0), L.Constant(0));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(x, L.Constant(0));

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>
    {
        L sum = before.Value + next.Value, part = sum - before.Value;
        return new(sum, before.Companion + (next.Companion + ((before.Value - (sum - part)) + (next.Value - part))));
    }

    // The rounding error of an infinite sum is NaN and is left out.
    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => L.IfEqual(state.Companion, state.Companion, state.Value + state.Companion, state.Value);
}
