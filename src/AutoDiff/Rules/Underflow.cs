using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Detects values that are too close to 0 for their number type, such as x·x at 1e−200 or a logistic function at −1000. If a kink or a branch depends on such a
/// value, the program may only seem to be there. Sums and selections stay exact below the smallest normal number as well, and do not count.
/// </summary>
internal static class Underflow
{
    // A small argument, and one at which a decaying function has vanished.
    private static readonly double[] Probes = [1, -1];

    /// <summary>The smallest number whose products keep full precision.</summary>
    public static double SafeFactor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(SmallestNormal.Of<T>());

    /// <summary>Whether the value of a rule lost precision.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The argument.</param>
    /// <param name="smallest">The smallest normal number.</param>
    /// <param name="safe">The smallest number whose products keep full precision.</param>
    public static bool IsMet<TRule>(TRule rule, double x, double smallest, double safe)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarLane<double> argument = new(x), value = rule.Value(argument);
        double size = Math.Abs(value.Value);
        if (!(size < smallest) || x == 0 || size == Math.Abs(x))
            return false;

        // A flat piece is exactly 0; a smooth function with a slope of 0 has vanished.
        double slope = Math.Abs(rule.Slope(argument, value).Value);
        return slope * Math.Abs(x) < safe && (slope != 0 || TRule.Facts.IsSmooth);
    }

    /// <summary>Like <see cref="IsMet{TRule}(TRule, double, double, double)"/>, for a rule of two arguments.</summary>
    public static bool IsMet<TRule>(TRule rule, double x, double y, double smallest, double safe)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarLane<double> first = new(x), second = new(y);
        double size = Math.Abs(rule.Value(first, second).Value);
        if (!(size < smallest) || x == 0 || y == 0 || size == Math.Abs(x) || size == Math.Abs(y))
            return false;
        double ofFirst = Math.Abs(rule.SlopeOfFirst(first, second).Value), ofSecond = Math.Abs(rule.SlopeOfSecond(first, second).Value);
        bool isSum = ofFirst is 0 or 1 && ofSecond is 0 or 1 && ofFirst + ofSecond > 0;
        return !isSum && ofFirst * Math.Abs(x) < safe && ofSecond * Math.Abs(y) < safe;
    }

    /// <summary>Whether a rule can lose precision at all. It is evaluated at the smallest numbers and, if it is smooth, far from 0.</summary>
    public static bool MayBeMet<TRule>(TRule rule)
        where TRule : struct, IUnaryRule<TRule>
    {
        double smallest = SmallestNormal.Of<double>(), safe = SafeFactor<double>();
        return TRule.Facts.IsSmooth
            || Array.Exists(Probes, sign => IsMet(rule, sign * double.Epsilon, smallest, safe) || IsMet(rule, sign * 3 * double.Epsilon, smallest, safe));
    }

    /// <summary>Like <see cref="MayBeMet{TRule}(TRule)"/>, for a rule of two arguments.</summary>
    public static bool MayBeMetOfTwo<TRule>(TRule rule)
        where TRule : struct, IBinaryRule<TRule>
    {
        double smallest = SmallestNormal.Of<double>(), safe = SafeFactor<double>();
        return Array.Exists(Probes, sign => IsMet(rule, 3 * double.Epsilon, sign * 0.3, smallest, safe)
            || IsMet(rule, sign * 0.3, 3 * double.Epsilon, smallest, safe) || IsMet(rule, 1e-200, sign * 1e-200, smallest, safe));
    }
}
