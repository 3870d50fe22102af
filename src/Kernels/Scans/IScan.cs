using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>
/// A scan along an axis, which keeps every partial result: an associative operation on states, each of which represents a segment of the axis. CPU vectors and
/// GPU threads use the same formula, both in double.
/// </summary>
/// <remarks>
/// Associative means associative up to rounding here. A CPU adds one element after another; a GPU may combine whole segments. G. Blelloch, Prefix sums and
/// their applications, CMU-CS-90-190 (1990).
/// </remarks>
public interface IScan
{
    /// <summary>Whether each element has a companion, from a second array.</summary>
    static abstract bool ReadsCompanion { get; }

    /// <summary>Whether <see cref="ScanState{L}.Companion"/> is used.</summary>
    static abstract bool KeepsCompanion { get; }

    /// <summary>Whether <see cref="ScanState{L}.Position"/> is used: the position of the element that the result is taken from.</summary>
    static abstract bool KeepsPosition { get; }

    /// <summary>The state of an empty segment.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    ScanState<L> Identity<L>()
        where L : struct, ILane<L>;

    /// <summary>The state of one element.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The element.</param>
    /// <param name="companion">Its companion; 0 if the scan reads none.</param>
    /// <param name="position">Its index along the axis.</param>
    ScanState<L> Element<L>(L x, L companion, L position)
        where L : struct, ILane<L>;

    /// <summary>The state of two adjacent segments.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="before">The state of the first segment in the scan's direction.</param>
    /// <param name="next">The state of the segment that follows it.</param>
    ScanState<L> Combine<L>(ScanState<L> before, ScanState<L> next)
        where L : struct, ILane<L>;

    /// <summary>The result at the end of a segment.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="state">The state of the segment.</param>
    L Result<L>(ScanState<L> state)
        where L : struct, ILane<L>;
}
