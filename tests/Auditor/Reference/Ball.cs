namespace ConservativeAD.Auditor.Reference;

/// <summary>A number with a bound of the rounding error that the same number may have in a program that computes with few bits.</summary>
/// <param name="Value">The number, to 106 bits.</param>
/// <param name="Error">The bound, at least 0: to first order, with one rounding per operation, without overflow and underflow.</param>
public readonly record struct Ball(Wide Value, Wide Error)
{
    // A sum that cancels to this fraction of its summands is 0 up to the rounding of the wide numbers themselves.
    private const int Noise = 88;

    public static Ball Zero => default;

    public bool IsZero => Value.IsZero;

    /// <summary>Whether the number is exactly 0, without rounding error.</summary>
    public bool IsNothing => Value.IsZero && Error.IsZero;

    /// <summary>Whether rounding may have changed or produced the sign.</summary>
    public bool IsSoft => !Error.IsZero && Wide.Abs(Value) <= Error.Shifted(Precision.Slack);

    public static implicit operator Ball(double value) => new(value, Wide.Zero);

    public static implicit operator Ball(Wide value) => new(value, Wide.Zero);

    public static Ball operator -(Ball x) => new(-x.Value, x.Error);

    public static Ball operator +(Ball x, Ball y)
    {
        if (x.IsNothing)
            return y.IsNothing ? new(x.Value + y.Value, Wide.Zero) : y;
        if (y.IsNothing)
            return x;
        Wide sum = x.Value + y.Value, error = x.Error + y.Error;
        if (!error.IsZero && sum.Exponent < Math.Max(x.Value.Exponent, y.Value.Exponent) - Noise && !x.Value.IsZero && !y.Value.IsZero)
            sum = Wide.Zero;
        return sum - x.Value == y.Value ? Rounded(sum, error) : Inexact(sum, error);
    }

    public static Ball operator -(Ball x, Ball y) => x + (-y);

    public static Ball operator *(Ball x, Ball y)
    {
        if (x.IsNothing || y.IsNothing)
            return new(x.Value * y.Value, Wide.Zero);
        return Rounded(x.Value * y.Value, (Wide.Abs(x.Value) * y.Error) + (Wide.Abs(y.Value) * x.Error) + (x.Error * y.Error));
    }

    public static Ball operator /(Ball x, Ball y)
    {
        if (x.IsNothing)
            return new(x.Value / y.Value, Wide.Zero);
        Wide quotient = x.Value / y.Value;
        return Rounded(quotient, (x.Error + (Wide.Abs(quotient) * y.Error)) / Wide.Abs(y.Value));
    }

    /// <summary>The sum of two slopes. A reverse pass adds in another order, so a sum that cancels here may leave rounding errors of the summands.</summary>
    public static Ball SumOfSlopes(Ball x, Ball y)
    {
        if (x.IsNothing || y.IsNothing)
            return x + y;
        Ball sum = x + y;
        return sum with { Error = sum.Error + (Wide.Abs(x.Value) + Wide.Abs(y.Value)).Shifted(-Precision.Bits) };
    }

    /// <summary>A function's value, given its slope and half its curvature: at an extremum the square of the error counts.</summary>
    public static Ball Of(Wide value, Wide slope, Wide curvature, Wide errorOfArgument) =>
        Rounded(value, (Wide.Abs(slope) + (Wide.Abs(curvature) * errorOfArgument)) * errorOfArgument);

    /// <summary>A number that every program rounds, whatever its digits are here.</summary>
    public static Ball Inexact(Wide value) => Inexact(value, Wide.Zero);

    private static Ball Inexact(Wide value, Wide error) => new(value, error + Wide.Abs(value).Shifted(-Precision.Bits));

    private static Ball Rounded(Wide value, Wide error) => value.Fits(Precision.Bits) ? new(value, error) : Inexact(value, error);
}
