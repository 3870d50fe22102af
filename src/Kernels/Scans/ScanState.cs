using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Scans;

/// <summary>The state of a scan for a segment of the axis.</summary>
/// <typeparam name="L">The lane type.</typeparam>
/// <param name="value">A sum, a product, an extreme.</param>
/// <param name="companion">A number that belongs to the value, such as its rounding error, or the factor of the result before the segment.</param>
/// <param name="position">The index, along the axis, of the element that the value is taken from.</param>
public readonly struct ScanState<L>(L value, L companion, L position)
    where L : struct, ILane<L>
{
    /// <summary>A sum, a product, an extreme.</summary>
    public readonly L Value = value;

    /// <summary>A number that belongs to the value; used only if <see cref="IScan.KeepsCompanion"/> is true.</summary>
    public readonly L Companion = companion;

    /// <summary>The index of the element that the value is taken from; used only if <see cref="IScan.KeepsPosition"/> is true.</summary>
    public readonly L Position = position;

    /// <summary>A value alone.</summary>
    /// <param name="value">The value.</param>
    public ScanState(L value)
        : this(value, default, default)
    {
    }

    /// <summary>A value with its companion.</summary>
    /// <param name="value">The value.</param>
    /// <param name="companion">The number that belongs to it.</param>
    public ScanState(L value, L companion)
        : this(value, companion, default)
    {
    }
}
