namespace ConservativeAD.Nonsmooth;

/// <summary>What is known of a cotangent over all choices at kinks: its elements, or only a sign that they share.</summary>
/// <param name="Values">The elements; null if only the sign is known.</param>
/// <param name="Sign">1 if no element is negative, −1 if none is positive, 0 if all are 0; null if they may have either sign.</param>
internal sealed record KnownCotangent(double[]? Values, int? Sign)
{
    /// <summary>A cotangent with these elements.</summary>
    public static KnownCotangent Exactly(double[] values) => new(values, SignOf(values));

    /// <summary>A cotangent of which only the sign is known.</summary>
    public static KnownCotangent OfSign(int? sign) => new(null, sign);

    /// <summary>The common sign of the elements at an operation's kinks; of all elements if the operation is not elementwise.</summary>
    public int? SignAt(RecordedOperation operation, OperationKinks met) =>
        Values is { } values && operation.IsElementwise && met.Shape.Count == values.Length && met.Positions.Count == met.Count
        ? SignOf(met.Positions.Select(position => values[position]))
        : Sign;

    /// <summary>The sum of two cotangents of one value.</summary>
    public KnownCotangent Plus(KnownCotangent other)
    {
        if (Values is { } mine && other.Values is { } theirs)
            return Exactly([.. mine.Zip(theirs, (a, b) => a + b)]);
        if (Sign == 0)
            return other;
        return other.Sign == 0 ? this : OfSign(Sign == other.Sign ? Sign : null);
    }

    private static int? SignOf(IEnumerable<double> values)
    {
        bool isPositive = false, isNegative = false;
        foreach (double value in values)
        {
            isPositive |= value > 0;
            isNegative |= value < 0;
            if (double.IsNaN(value) || (isPositive && isNegative))
                return null;
        }

        return isPositive ? 1 : isNegative ? -1 : 0;
    }
}
