using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>Bounds on a number, which is known exactly only if they are equal.</summary>
/// <param name="Lower">The lower bound.</param>
/// <param name="Upper">The upper bound.</param>
public readonly record struct Bounds(double Lower, double Upper)
{
    /// <summary>Whether the number is known exactly.</summary>
    public bool IsExact => Lower == Upper;

    /// <inheritdoc/>
    public override string ToString()
    {
        string lower = Lower.ToString("0.######", CultureInfo.InvariantCulture), upper = Upper.ToString("0.######", CultureInfo.InvariantCulture);
        return lower == upper ? upper : $"between {lower} and {upper}";
    }
}
