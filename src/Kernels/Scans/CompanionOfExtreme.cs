using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>
/// The companion and the position of the running maximum or minimum. Among tied elements it takes the largest companion for a maximum and the smallest for a
/// minimum; among tied companions, the first in the scan's direction. With tangents as companions, the results are the tangents of the extremes. The first NaN
/// is kept.
/// </summary>
/// <param name="smallest">Whether to take the smallest element instead of the largest.</param>
public readonly struct CompanionOfExtreme(bool smallest) : IScan
{
    private readonly double sign = smallest ? -1 : 1;

    /// <inheritdoc/>
    public static bool ReadsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsCompanion => true;

    /// <inheritdoc/>
    public static bool KeepsPosition => true;

    /// <inheritdoc/>
    public ScanState<L> Identity<L>()
        where L : struct, ILane<L> => new(L.Constant(double.NegativeInfinity), L.Constant(double.NegativeInfinity), L.Constant(-1));

    /// <inheritdoc/>
    public ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L> => new(L.Broadcast(sign) * x, L.Broadcast(sign) * companion, position);

    /// <inheritdoc/>
    public ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>
    {
        L one = L.Constant(1), zero = L.Constant(0), a = before.Value, b = next.Value, c = before.Companion, d = next.Companion;
        L ofTied = L.IfEqual(d, d, L.IfGreater(d, c, zero, one), L.IfEqual(c, c, zero, one));
        L ofNumbers = L.IfGreater(a, b, one, L.IfEqual(a, b, ofTied, zero));
        L keeps = L.IfEqual(a, a, L.IfEqual(b, b, ofNumbers, zero), one);

        // No element ties with the initial state.
        keeps = L.IfGreater(zero, next.Position, one, L.IfGreater(zero, before.Position, zero, keeps));
        return new(L.IfEqual(keeps, one, a, b), L.IfEqual(keeps, one, c, d), L.IfEqual(keeps, one, before.Position, next.Position));
    }

    /// <inheritdoc/>
    public L Result<L>(ScanState<L> state)
        where L : struct, ILane<L> => L.Broadcast(sign) * state.Companion;
}
