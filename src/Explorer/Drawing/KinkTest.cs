namespace ConservativeAD.Explorer.Drawing;

/// <summary>Tells whether a function of one number is kinked at a place, or jumps, from values beside it.</summary>
internal static class KinkTest
{
    // A slope that changes by less than this part of the slopes is smooth to the eye.
    private const double Visible = 1e-3;

    /// <summary>
    /// Whether the one-sided slopes differ. When the step is halved, the change of slope across it stays the same at a kink; at a smooth bend it is halved.
    /// </summary>
    public static bool IsKinked(Func<double, double> along, double step)
    {
        double middle = along(0);
        double bend = Bend(along, middle, step, out double slope), half = Bend(along, middle, step / 2, out _);
        if (!double.IsFinite(bend + half))
            return true;
        return Math.Abs(bend) > Visible * Math.Max(slope, 1e-6) && Math.Abs(half) > 0.75 * Math.Abs(bend);
    }

    private static double Bend(Func<double, double> along, double middle, double step, out double slope)
    {
        double before = (middle - along(-step)) / step, after = (along(step) - middle) / step;
        slope = Math.Max(Math.Abs(before), Math.Abs(after));
        return after - before;
    }
}
