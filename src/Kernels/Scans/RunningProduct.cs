using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>Running products.</summary>
public readonly struct RunningProduct : IScan
{
    /// <inheritdoc/>
    public static bool ReadsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsPosition => false;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(1));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(x);

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L> => new(before.Value * next.Value);

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => state.Value;
}
