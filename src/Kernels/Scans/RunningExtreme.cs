using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>
/// Running maxima or minima with the position of an element that attains them. From the first NaN on, the results are NaN.
/// </summary>
/// <param name="smallest">Whether to take the smallest element instead of the largest.</param>
/// <param name="ties">Whose position to keep of equal elements, or of several NaN: the first along the axis or the last, for either direction of the
/// scan.</param>
public readonly struct RunningExtreme(bool smallest, TieOrder ties) : IScan
{
    // A minimum is the negated maximum of the negated elements.
    private readonly double sign = smallest ? -1 : 1;
    private readonly double isLast = ties == TieOrder.Last ? 1 : 0;
    private readonly double nowhere = ties == TieOrder.Last ? double.NegativeInfinity : double.PositiveInfinity;

    /// <inheritdoc/>
    public static bool ReadsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsCompanion => false;

    /// <inheritdoc/>
    public static bool KeepsPosition => true;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(double.NegativeInfinity), default, L.Broadcast(nowhere));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(L.Broadcast(sign) * x, default, position);

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>
    {
        L a = before.Value, b = next.Value, p = before.Position, q = next.Position;
        L tied = L.IfEqual(L.Broadcast(isLast), L.Constant(1), L.Max(p, q), L.Min(p, q));
        L ofNumbers = L.IfGreater(a, b, p, L.IfEqual(a, b, tied, q));
        return new(L.Max(a, b), default, L.IfEqual(a, a, L.IfEqual(b, b, ofNumbers, q), L.IfEqual(b, b, p, tied)));
    }

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => L.Broadcast(sign) * state.Value;
}
