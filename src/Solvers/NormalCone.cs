namespace ConservativeAD.Solvers;

/// <summary>The normals of the box of bounds at a point.</summary>
internal sealed class NormalCone
{
    private readonly bool[] isLower;
    private readonly bool[] isUpper;

    private NormalCone(bool[] isLower, bool[] isUpper) => (this.isLower, this.isUpper) = (isLower, isUpper);

    /// <summary>The cone at a point; null if the point is at no bound.</summary>
    public static NormalCone? At(double[] point, VariableBounds? bounds)
    {
        if (bounds is null)
            return null;
        bool[] low = [.. point.Select((value, i) => value <= bounds.Lower[i])], high = [.. point.Select((value, i) => value >= bounds.Upper[i])];
        return Array.IndexOf(low, true) < 0 && Array.IndexOf(high, true) < 0 ? null : new NormalCone(low, high);
    }

    /// <summary>The shortest sum of a gradient and a normal: the parts that point into a bound are 0.</summary>
    public double[] Shorten(double[] gradient) =>
        [.. gradient.Select((part, i) => (isLower[i] && part > 0) || (isUpper[i] && part < 0) ? 0 : part)];
}
