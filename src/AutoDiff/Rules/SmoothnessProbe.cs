using System.Globalization;
using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Checks once, for each rule type of a user that claims to be smooth, that its slopes do not jump between neighbouring numbers. If one does, the rule is
/// refused before it makes a census report "no kinks".
/// </summary>
internal static class SmoothnessProbe
{
    private const int Points = 2048;
    private const double Reach = 16;
    private const int IntervalsRefined = 64;

    // A slope that differs by this much between neighbouring numbers jumps; piecewise formulas differ by rounding at their seams.
    private const double Jump = 1e-6;

    /// <summary>The first number, from below, at which a slope jumps, with the slopes on both sides; null if there is none.</summary>
    public static (double At, double Below, double Above)? Find(Func<double, double> slope)
    {
        double[] at = new double[Points + 1], slopes = new double[Points + 1];
        for (int i = 0; i <= Points; i++)
        {
            at[i] = Reach * (((2.0 * i) - Points - 0.37) / Points);
            slopes[i] = slope(at[i]);
        }

        IEnumerable<int> steepest = Enumerable.Range(0, Points).Where(i => Differs(slopes[i], slopes[i + 1]))
            .OrderByDescending(i => Math.Abs(slopes[i + 1] - slopes[i])).Take(IntervalsRefined).Order();
        foreach (int i in steepest)
        {
            if (Narrow(slope, at[i], at[i + 1]) is { } jump)
                return jump;
        }

        return null;
    }

    /// <summary>The exception that refuses the rule.</summary>
    public static InvalidOperationException Refusal(OperationFacts facts, (double At, double Below, double Above) jump, string along) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{facts.Name} states that it is smooth (Facts.IsSmooth), but its slope{along} jumps from {jump.Below:0.######} to {jump.Above:0.######} at "
            + $"{jump.At:0.######}; state IsSmooth = false, and give Kink and the slopes beside it."));

    // Halves the interval towards the side on which the slope differs more, until its ends are neighbouring numbers.
    private static (double At, double Below, double Above)? Narrow(Func<double, double> slope, double from, double to)
    {
        double low = slope(from), high = slope(to);
        while (Differs(low, high))
        {
            double middle = from + ((to - from) / 2);
            if (middle <= from || middle >= to)
                return (Math.Abs(from) < Math.Abs(to) ? from : to, low, high);
            double between = slope(middle);
            if (Math.Abs(between - low) > Math.Abs(high - between))
                (to, high) = (middle, between);
            else
                (from, low) = (middle, between);
        }

        return null;
    }

    private static bool Differs(double one, double other) =>
        double.IsFinite(one) && double.IsFinite(other) && Math.Abs(one - other) > Jump * (1 + Math.Max(Math.Abs(one), Math.Abs(other)));
}

/// <summary>Whether a rule of one argument was checked.</summary>
internal static class UnaryProbe<TRule>
    where TRule : struct, IUnaryRule<TRule>
{
    private static bool wasChecked = typeof(TRule).Assembly == typeof(SmoothnessProbe).Assembly || !TRule.Facts.IsSmooth;

    // The closure over the rule is in a separate method, so that a rule that was checked already costs only a comparison.
    public static void Ask(TRule rule)
    {
        if (!wasChecked)
            Look(rule);
    }

    private static void Look(TRule rule)
    {
        if (SmoothnessProbe.Find(Slope) is { } jump)
            throw SmoothnessProbe.Refusal(TRule.Facts, jump, "");
        wasChecked = true;

        double Slope(double x)
        {
            ScalarLane<double> argument = new(x);
            return rule.Slope(argument, rule.Value(argument)).Value;
        }
    }
}

/// <summary>Whether a rule of two arguments was checked.</summary>
internal static class BinaryProbe<TRule>
    where TRule : struct, IBinaryRule<TRule>
{
    private static readonly double[] Held = [-1.5, 0, 0.7, 2];
    private static bool wasChecked = typeof(TRule).Assembly == typeof(SmoothnessProbe).Assembly || !TRule.Facts.IsSmooth;

    public static void Ask(TRule rule)
    {
        if (!wasChecked)
            Look(rule);
    }

    private static void Look(TRule rule)
    {
        foreach (double held in Held)
        {
            string beside = string.Create(CultureInfo.InvariantCulture, $"{held}");
            Look(x => rule.SlopeOfFirst(new ScalarLane<double>(x), new ScalarLane<double>(held)).Value, $" in the first argument, the second being {beside},");
            Look(x => rule.SlopeOfSecond(new ScalarLane<double>(held), new ScalarLane<double>(x)).Value, $" in the second argument, the first being {beside},");
        }

        wasChecked = true;
    }

    private static void Look(Func<double, double> slope, string along)
    {
        if (SmoothnessProbe.Find(slope) is { } jump)
            throw SmoothnessProbe.Refusal(TRule.Facts, jump, along);
    }
}
