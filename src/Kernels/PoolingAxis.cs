using System.Globalization;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels;

/// <summary>The windows of a pooling along one axis. A window's positions outside the axis are left out.</summary>
/// <param name="Input">The extent of the axis.</param>
/// <param name="Kernel">Positions of a window.</param>
/// <param name="Stride">Positions from one window to the next.</param>
/// <param name="Padding">Positions of padding on each side; fewer than a window spans.</param>
/// <param name="Dilation">Positions from one position of a window to the next.</param>
/// <param name="RoundsUp">
/// Whether a last window that extends past the padded border is kept if it begins on the axis or in the padding before it; otherwise it is left out.
/// </param>
public readonly record struct PoolingAxis(int Input, int Kernel, int Stride, int Padding = 0, int Dilation = 1, bool RoundsUp = false)
{
    private readonly int parts;

    private PoolingAxis(int input, int parts)
        : this(input, 1, 1)
    {
        this.parts = parts;
        IsAdaptive = true;
    }

    /// <summary>An axis of one position, which is not pooled.</summary>
    public static PoolingAxis Single => new(1, 1, 1);

    /// <summary>Whether the axis is divided into a given number of windows; kernel, stride and padding mean nothing then.</summary>
    public bool IsAdaptive { get; }

    /// <summary>The number of windows.</summary>
    public int Output
    {
        get
        {
            if (IsAdaptive)
                return parts;
            long space = Input + (2L * Padding) - Span;
            if (!RoundsUp)
                return (int)((space / Stride) + 1);
            long windows = ((space + Stride - 1) / Stride) + 1;
            return (int)((windows - 1) * Stride >= (long)Input + Padding ? windows - 1 : windows);
        }
    }

    /// <summary>Positions from a window's first to its last, both included.</summary>
    internal long Span => ((Kernel - 1L) * Dilation) + 1;

    /// <summary>Positions from one position of a window to the next.</summary>
    internal int Step => IsAdaptive ? 1 : Dilation;

    /// <summary>Divides an axis into windows of almost equal extent: window o reaches from ⌊o·input/output⌋ to before ⌈(o + 1)·input/output⌉.</summary>
    /// <param name="input">The extent of the axis.</param>
    /// <param name="output">The number of windows.</param>
    public static PoolingAxis Adaptive(int input, int output) => new(input, output);

    /// <summary>The axis as text for messages.</summary>
    /// <returns>Its extent and windows.</returns>
    public override string ToString() => IsAdaptive
        ? string.Create(CultureInfo.InvariantCulture, $"{Input} divided into {parts}")
        : string.Create(CultureInfo.InvariantCulture, $"{Input} by {Kernel}, stride {Stride}, padding {Padding}, dilation {Dilation}")
            + (RoundsUp ? ", rounded up" : "");

    /// <summary>The first position of a window on the axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int First(int window)
    {
        if (IsAdaptive)
            return (int)((long)window * Input / parts);
        int start = (window * Stride) - Padding;
        return start >= 0 ? start : start + ((Dilation - 1 - start) / Dilation * Dilation);
    }

    /// <summary>The position after the last of a window on the axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int End(int window) => IsAdaptive
        ? (int)((((window + 1L) * Input) + parts - 1) / parts)
        : (int)Math.Min(((long)window * Stride) - Padding + Span, Input);

    /// <summary>Positions of a window on the axis, or on the padded axis.</summary>
    internal int Count(int window, bool withPadding)
    {
        if (!withPadding || IsAdaptive)
            return (End(window) - First(window) + Step - 1) / Step;
        long start = ((long)window * Stride) - Padding, reach = (long)Input + Padding - start;
        return (int)Math.Min(Kernel, (reach + Dilation - 1) / Dilation);
    }

    /// <summary>A window without positions on the axis; −1 if there is none.</summary>
    internal int EmptyWindow()
    {
        // Without dilation a window that begins before the end of the axis meets it.
        if (IsAdaptive || Dilation == 1)
            return -1;
        for (int window = 0; window < Output; window++)
        {
            if (First(window) >= End(window))
                return window;
        }

        return -1;
    }
}
