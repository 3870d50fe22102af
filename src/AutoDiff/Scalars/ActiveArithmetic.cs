namespace ConservativeAD;

/// <content>Arithmetic.</content>
public readonly partial struct Active
{
    /// <inheritdoc/>
    public static Active operator +(Active left, Active right) => ScalarTape.Record(default(Add), left, right, left.Value + right.Value, 1, 1);

    /// <inheritdoc/>
    public static Active operator -(Active left, Active right) => ScalarTape.Record(default(Subtract), left, right, left.Value - right.Value, 1, -1);

    /// <inheritdoc/>
    public static Active operator *(Active left, Active right) => ScalarTape.Record(default(Multiply), left, right, left.Value * right.Value, right.Value, left.Value);

    /// <inheritdoc/>
    public static Active operator /(Active left, Active right) => ScalarTape.Record(default(Divide), left, right);

    /// <summary>The remainder of a division that truncates; it jumps where the quotient is whole.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    public static Active operator %(Active left, Active right) => left - (right * Truncate(left / right));

    /// <inheritdoc/>
    public static Active operator +(Active value) => value;

    /// <inheritdoc/>
    public static Active operator -(Active value) => ScalarTape.Record(default(Negate), value);

    /// <inheritdoc/>
    public static Active operator ++(Active value) => value + One;

    /// <inheritdoc/>
    public static Active operator --(Active value) => value - One;

    /// <inheritdoc/>
    public static Active Abs(Active value) => value.Value > 0 && !ScalarTape.IsCareful(value) ? value : ScalarTape.Record(default(Abs), value);

    /// <summary>The larger number. Where they differ it is one of the two and nothing is recorded, except on tapes for analysis.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">Another.</param>
    public static Active Max(Active x, Active y) => !ScalarTape.IsPlainOrder(x, y) ? ScalarTape.Record(default(Maximum), x, y) : new Active(double.Max(x.Value, y.Value), x.Value > y.Value ? x.Handle : y.Handle);

    /// <summary>The smaller number. Where they differ it is one of the two and nothing is recorded, except on tapes for analysis.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">Another.</param>
    public static Active Min(Active x, Active y) => !ScalarTape.IsPlainOrder(x, y) ? ScalarTape.Record(default(Minimum), x, y) : new Active(double.Min(x.Value, y.Value), x.Value < y.Value ? x.Handle : y.Handle);

    /// <inheritdoc/>
    public static Active MaxNumber(Active x, Active y) => IsNaN(x) ? y : IsNaN(y) ? x : Max(x, y);

    /// <inheritdoc/>
    public static Active MinNumber(Active x, Active y) => IsNaN(x) ? y : IsNaN(y) ? x : Min(x, y);

    /// <inheritdoc/>
    public static Active MaxMagnitude(Active x, Active y) => IsNaN(x) || Abs(x) > Abs(y) ? x : IsNaN(y) || Abs(y) > Abs(x) ? y : Max(x, y);

    /// <inheritdoc/>
    public static Active MaxMagnitudeNumber(Active x, Active y) => IsNaN(x) ? y : IsNaN(y) ? x : MaxMagnitude(x, y);

    /// <inheritdoc/>
    public static Active MinMagnitude(Active x, Active y) => IsNaN(x) || Abs(x) < Abs(y) ? x : IsNaN(y) || Abs(y) < Abs(x) ? y : Min(x, y);

    /// <inheritdoc/>
    public static Active MinMagnitudeNumber(Active x, Active y) => IsNaN(x) ? y : IsNaN(y) ? x : MinMagnitude(x, y);

    /// <inheritdoc/>
    public static Active Clamp(Active value, Active min, Active max) => min.Value > max.Value
        ? throw new ArgumentException($"Bounds of {min} and {max} were given; the lower must not be above the upper.")
        : Min(Max(value, min), max);

    /// <inheritdoc/>
    public static Active CopySign(Active value, Active sign) => IsNegative(value) == IsNegative(sign) ? value : -value;

    /// <inheritdoc/>
    public static int Sign(Active value) => double.IsNaN(value.Value)
        ? throw new ArithmeticException("The sign of NaN was asked for.")
        : value.CompareTo(Zero);

    /// <inheritdoc/>
    public static Active FusedMultiplyAdd(Active left, Active right, Active addend) => (left * right) + addend;

    /// <inheritdoc/>
    public static Active MultiplyAddEstimate(Active left, Active right, Active addend) => (left * right) + addend;

    /// <inheritdoc/>
    public static Active Lerp(Active value1, Active value2, Active amount) => (value1 * (One - amount)) + (value2 * amount);

    /// <inheritdoc/>
    public static Active Ieee754Remainder(Active left, Active right) => left - (right * Round(left / right, 0, MidpointRounding.ToEven));

    /// <inheritdoc/>
    public static Active ReciprocalEstimate(Active x) => One / x;

    /// <inheritdoc/>
    public static Active ReciprocalSqrtEstimate(Active x) => One / Sqrt(x);

    /// <inheritdoc/>
    public static Active ScaleB(Active x, int n) => x * Math.ScaleB(1, n);
}
