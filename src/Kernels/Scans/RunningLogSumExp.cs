using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>Running log Σ exp(x), from the largest element and the sum of exp(x − largest), which does not overflow.</summary>
/// <param name="withoutLargest">Whether the results are log Σ exp(x − largest), which keeps digits that a large element would hide.</param>
public readonly struct RunningLogSumExp(bool withoutLargest) : IScan
{
    private readonly double withoutLargest = withoutLargest ? 1 : 0;

    /// <inheritdoc/>
    public static bool ReadsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsPosition => false;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(double.NegativeInfinity), L.Constant(0));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(x, L.Constant(1));

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>
    {
        // Infinities of one sign are equal, but their difference is NaN.
        L a = before.Value, b = next.Value, apart = L.IfEqual(a, b, L.Constant(0), L.Abs(a - b)), share = L.Exp(-apart);
        return new(L.Max(a, b), L.IfGreater(a, b, before.Companion + (share * next.Companion), (share * before.Companion) + next.Companion));
    }

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => L.IfEqual(L.Broadcast(withoutLargest), L.Constant(0), state.Value, L.Constant(0)) + L.Log(state.Companion);
}
