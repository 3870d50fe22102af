using System.Globalization;

namespace ConservativeAD.Rules;

/// <summary>The values of a selection that are Clarke subgradients of the operation at its kink.</summary>
/// <typeparam name="TValue">The type of the selected value.</typeparam>
/// <param name="text">The set in words or symbols, for the documentation's tables.</param>
/// <param name="leastNorm">The value that yields the element of least norm.</param>
/// <param name="contains">Whether a value is in the set; null if that depends on the operation's parameters.</param>
public sealed class ClarkeSet<TValue>(string text, TValue leastNorm, Func<TValue, bool?> contains)
    where TValue : struct, IEquatable<TValue>
{
    /// <summary>The set in words or symbols.</summary>
    public string Text => text;

    /// <summary>The value that yields the element of least norm.</summary>
    public TValue LeastNorm => leastNorm;

    /// <summary>Whether a value is in the set; null if that depends on the operation's parameters.</summary>
    /// <param name="value">The value.</param>
    public bool? Contains(TValue value) => contains(value);

    /// <inheritdoc/>
    public override string ToString() => text;
}

/// <summary>The Clarke sets for the kinds of kinks that operations have.</summary>
public static class ClarkeSet
{
    /// <summary>For a pair of equal arguments, the weight λ of the first; the second has weight 1 − λ. λ is in [0, 1], and ½ gives the least norm.</summary>
    public static ClarkeSet<double> PairWeight { get; } = new("λ in [0, 1], for weights λ and 1 − λ", 0.5, weight => weight is >= 0 and <= 1);

    /// <summary>
    /// Nonnegative weights on the tied entries that sum to 1; equal weights give the least norm. An even weight slightly above 1 gives such weights too, up to
    /// n/(n − 1) for n entries.
    /// </summary>
    public static ClarkeSet<TieSelection> Ties { get; } = new(
        "weights ≥ 0 on the tied entries, of sum 1",
        TieSelection.EvenSplit,
        ties => ties.EvenWeight switch { < 0 or > 2 => false, <= 1 => true, _ => null });

    /// <summary>The slopes between those of the two sides, which depend on the operation's parameters.</summary>
    public static ClarkeSet<SideSelection> Sides { get; } =
        new("between the slopes of the two sides", SideSelection.LeastNorm, side => side.Slope is null ? true : null);

    /// <summary>The slopes between two numbers.</summary>
    /// <param name="low">The smallest slope.</param>
    /// <param name="high">The largest slope; not below the smallest.</param>
    public static ClarkeSet<double> Between(double low, double high) =>
        new(Interval(low, high), SideSelection.LeastNorm.Between(low, high), slope => slope >= low && slope <= high);

    /// <summary>The slopes between two numbers, the same at both bounds of an operation.</summary>
    /// <param name="low">The smallest slope.</param>
    /// <param name="high">The largest slope; not below the smallest.</param>
    public static ClarkeSet<BoundSelection> AtBounds(double low, double high) => AtBounds(new BoundSelection(low, high), new BoundSelection(low, high));

    /// <summary>The slopes between two numbers, given separately for each bound of an operation.</summary>
    /// <param name="atLower">The smallest and the largest slope at the lower bound.</param>
    /// <param name="atUpper">The smallest and the largest slope at the upper bound.</param>
    public static ClarkeSet<BoundSelection> AtBounds(BoundSelection atLower, BoundSelection atUpper)
    {
        ClarkeSet<double> lower = Between(atLower.Lower, atLower.Upper), upper = Between(atUpper.Lower, atUpper.Upper);
        return new(
            lower.Text == upper.Text ? $"{lower} at each" : $"{lower} at the lower, {upper} at the upper",
            new BoundSelection(lower.LeastNorm, upper.LeastNorm),
            slopes => lower.Contains(slopes.Lower) == true && upper.Contains(slopes.Upper) == true);
    }

    private static string Interval(double low, double high) => $"[{Fraction(low)}, {Fraction(high)}]";

    // The slopes that occur in practice are simple fractions.
    private static string Fraction(double number)
    {
        string sign = number < 0 ? "−" : "";
        double size = Math.Abs(number);
        for (int divisor = 1; divisor <= 6; divisor++)
        {
            if (double.IsInteger(size * divisor))
                return string.Create(CultureInfo.InvariantCulture, $"{sign}{size * divisor}{(divisor == 1 ? "" : $"/{divisor}")}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sign}{size}");
    }
}
