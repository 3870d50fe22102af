namespace ConservativeAD;

/// <summary>
/// The selection among several entries that tie for an extreme or an order: weights on the tied entries that sum to 1. They are a mixture of a single entry
/// (the first or the last) and of all entries equally.
/// </summary>
/// <remarks>
/// Any mixture is conservative; it is a Clarke subgradient for 0 ≤ <see cref="EvenWeight"/> ≤ 1, and up to n/(n − 1) if n entries tie. The family with weights
/// outside that range is that of Boustany, TMLR 2024 (MaxPool_β).
/// </remarks>
/// <param name="EvenWeight">The weight β of the even split; 1 − β stays on the single entry.</param>
/// <param name="IsLast">Whether the single entry is the last in order instead of the first.</param>
public readonly record struct TieSelection(double EvenWeight, bool IsLast = false)
{
    /// <summary>The first of the tied entries.</summary>
    public static TieSelection First => new(0);

    /// <summary>The last of the tied entries.</summary>
    public static TieSelection Last => new(0, true);

    /// <summary>All tied entries equally: the element of least norm.</summary>
    public static TieSelection EvenSplit => new(1);

    /// <summary>β times the even split plus 1 − β times the first entry.</summary>
    /// <param name="beta">Any real number.</param>
    public static TieSelection Mixture(double beta) => new(beta);

    /// <inheritdoc/>
    public override string ToString() => EvenWeight switch
    {
        0 => IsLast ? "last" : "first",
        1 => "even split",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{EvenWeight} × even split + {1 - EvenWeight} × {(IsLast ? "last" : "first")}"),
    };
}
