namespace ConservativeAD.Auditor.Reference;

/// <summary>One power of ε with its factor: in the value, and in each slope.</summary>
/// <param name="Power">The power.</param>
/// <param name="Value">The factor in the value.</param>
/// <param name="Slopes">The factors in the slopes, one per variable; null if all are 0.</param>
public readonly record struct Term(double Power, Ball Value, Ball[]? Slopes)
{
    public bool HasSlopes => Slopes is not null && Array.Exists(Slopes, slope => !slope.IsNothing);

    public bool IsNothing => Value.IsNothing && !HasSlopes && !(Power == 0 && Value.Value.IsNegative);

    public static Term operator +(Term x, Term y) => new(x.Power, x.Value + y.Value, Sum(x.Slopes, y.Slopes));

    public static Term operator -(Term x) => new(x.Power, -x.Value, x.Slopes is null ? null : Array.ConvertAll(x.Slopes, slope => -slope));

    /// <summary>The product without the product of two slopes.</summary>
    public static Term operator *(Term x, Term y) => new(x.Power + y.Power, x.Value * y.Value, Sum(Scaled(x.Slopes, y.Value), Scaled(y.Slopes, x.Value)));

    // A factor is a slope of the operation, so its error is at least the smallest number.
    private static Ball[]? Scaled(Ball[]? slopes, Ball factor)
    {
        if (slopes is null || factor.IsNothing)
            return null;
        Ball blurred = factor with { Error = factor.Error + Precision.Least };
        return Array.ConvertAll(slopes, slope => slope * blurred);
    }

    private static Ball[]? Sum(Ball[]? x, Ball[]? y)
    {
        if (x is null || y is null)
            return x ?? y;
        Ball[] sum = new Ball[x.Length];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = Ball.SumOfSlopes(x[i], y[i]);
        return sum;
    }
}
