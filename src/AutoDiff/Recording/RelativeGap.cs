namespace ConservativeAD;

/// <summary>The distance between two compared numbers, relative to the larger of them.</summary>
internal static class RelativeGap
{
    /// <summary>|x − y| / max(|x|, |y|); 0 for equal numbers.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">Another.</param>
    public static double Of(double x, double y) => x == y ? 0 : Math.Abs(x - y) / Math.Max(Math.Abs(x), Math.Abs(y));
}
