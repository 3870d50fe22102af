namespace ConservativeAD.Optimizers;

/// <summary>
/// The line search of A. Lewis and M. Overton (Math. Program. 2013, algorithm 2.6): bisection and doubling until the decrease is sufficient and the slope is
/// large enough.
/// </summary>
internal static class WeakWolfe
{
    private const double SufficientDecrease = 1e-4;
    private const double SlopeRise = 0.5;
    private const int MaximumSteps = 60;

    /// <summary>Searches a function of one variable.</summary>
    /// <param name="along">Value and slope at a length; NaN if the function is not defined there.</param>
    /// <param name="first">The first length to try.</param>
    /// <param name="value">The value at 0.</param>
    /// <param name="slope">The slope at 0.</param>
    /// <param name="mustStop">Whether no more evaluations may be made.</param>
    /// <returns>The longest length found with a sufficient decrease, and whether it satisfies both conditions; null if there is none.</returns>
    public static (double? Length, bool IsComplete) Search(Func<double, (double Value, double Slope)> along, double first, double value, double slope,
        Func<bool> mustStop)
    {
        double low = 0, high = double.PositiveInfinity, length = first;
        double? decreased = null;
        for (int i = 0; i < MaximumSteps && !mustStop(); i++)
        {
            (double valueThere, double slopeThere) = along(length);
            if (!(valueThere <= value + (SufficientDecrease * length * slope)) || valueThere >= value)
            {
                high = length;
            }
            else
            {
                decreased = length;
                if (slopeThere >= SlopeRise * slope)
                    return (length, true);
                low = length;
            }

            length = double.IsFinite(high) ? 0.5 * (low + high) : 2 * low;
        }

        return (decreased, false);
    }
}
