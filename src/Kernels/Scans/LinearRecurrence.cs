using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>
/// The recurrence y_j = x_j + a_j·y_(j−1), where a is the companion and y before the first element is 0. Pullbacks and tangents along an axis have this form.
/// If y, which is carried, is exactly 0, its product with any factor is 0.
/// </summary>
/// <param name="isPlain">Whether 0 times infinity is NaN instead, as in ordinary arithmetic.</param>
public readonly struct LinearRecurrence(bool isPlain) : IScan
{
    private readonly double isPlain = isPlain ? 1 : 0;

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
        L product = before.Value * next.Companion, carried = L.IfEqual(L.Broadcast(isPlain), L.Constant(1), product, L.Absorb(before.Value, product));
        return new(next.Value + carried, before.Companion * next.Companion);
    }

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => state.Value;
}
