namespace ConservativeAD.Explorer.Drawing;

/// <summary>Round numbers along an axis.</summary>
public static class Ticks
{
    /// <summary>About this many round numbers between two numbers.</summary>
    public static IReadOnlyList<double> Between(double low, double high, int about = 6)
    {
        if (!(high > low) || !double.IsFinite(high - low))
            return [];
        double step = Step((high - low) / about);
        List<double> ticks = [];
        for (double k = Math.Ceiling(low / step); k * step <= high + (1e-9 * step) && ticks.Count <= 4 * about; k++)
            ticks.Add(Exploring.ExplorerState.Rounded(k * step));
        return ticks;
    }

    /// <summary>1, 2 or 5 times a power of ten, not below a number.</summary>
    internal static double Step(double atLeast)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        double ratio = atLeast / decade;
        return decade * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
    }
}
