using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Scans;

/// <summary>Every partial result of a reduction: running sums, maxima, minima, counts.</summary>
/// <typeparam name="TReduction">The reduction.</typeparam>
public readonly struct Running<TReduction> : IScan
    where TReduction : struct, IReduction
{
    /// <inheritdoc/>
    public static bool ReadsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsPosition => false;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(TReduction.Identity<L>());

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(TReduction.Map(x));

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L> => new(TReduction.Combine(before.Value, next.Value));

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => state.Value;
}
