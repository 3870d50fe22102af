namespace ConservativeAD.Studies.Reports;

/// <summary>
/// The colours of charts: Okabe and Ito's, which colour-blind readers can distinguish (M. Okabe and K. Ito, Color Universal Design, 2008). On dark ground they
/// are lighter.
/// </summary>
internal static class ChartPalette
{
    public static IReadOnlyList<string> Light { get; } = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B98500", "#56B4E9", "#6B6B6B"];

    public static IReadOnlyList<string> Dark { get; } = ["#4FB3F0", "#FF8F4A", "#2FCB9C", "#E7A3C7", "#F0BE3C", "#9AD4F5", "#B0B0B0"];

    /// <summary>The place in the palette of a precision.</summary>
    /// <param name="bits">16, 32 or 64.</param>
    public static int OfPrecision(int bits) => bits switch { 16 => 1, 32 => 0, _ => 2 };
}
