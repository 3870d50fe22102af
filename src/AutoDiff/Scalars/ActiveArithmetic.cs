namespace ConservativeAD.Scalars;

/// <content>Arithmetic.</content>
public readonly partial struct Active
{
    /// <inheritdoc/>
    public static Active operator +(Active left, Active right) => ScalarTape.Add(left, right);

    /// <inheritdoc/>
    public static Active operator -(Active left, Active right) => ScalarTape.Subtract(left, right);

    /// <inheritdoc/>
    public static Active operator *(Active left, Active right) => ScalarTape.Multiply(left, right);

    /// <inheritdoc/>
    public static Active operator /(Active left, Active right) => ScalarTape.Divide(left, right);

    /// <summary>The remainder of a truncating division; it jumps where the quotient is a nonzero integer.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    public static Active operator %(Active left, Active right)
    {
        double value = left.Number % right.Number;
        return ScalarTape.RecordRemainder(left, right, value, value == 0 && left.Number != 0);
    }

    /// <inheritdoc/>
    public static Active operator +(Active value) => value;

    /// <inheritdoc/>
    public static Active operator -(Active value) => ScalarTape.Negate(default(Negate), value);

    /// <inheritdoc/>
    public static Active operator ++(Active value) => value + One;

    /// <inheritdoc/>
    public static Active operator --(Active value) => value - One;

    /// <inheritdoc/>
    public static Active Abs(Active value) => value.Number > 0 && !ScalarTape.IsCareful(value) ? value
        : value.Number < 0 ? ScalarTape.IsCareful(value) ? ScalarTape.RecordAbs(value) : ScalarTape.Negate(default(Abs), value)
        : ScalarTape.RecordAbs(value);

    /// <summary>The larger number. If the two differ, the result is one of them and nothing is recorded, except on tapes for analysis.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">Another.</param>
    public static Active Max(Active x, Active y) =>
        ScalarTape.IsPlainOrder(x, y) && !double.IsNaN(x.Number + y.Number) ? (x.Number > y.Number ? x : y) : ScalarTape.RecordMaximum(x, y);

    /// <summary>The smaller number. If the two differ, the result is one of them and nothing is recorded, except on tapes for analysis.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">Another.</param>
    public static Active Min(Active x, Active y) =>
        ScalarTape.IsPlainOrder(x, y) && !double.IsNaN(x.Number + y.Number) ? (x.Number < y.Number ? x : y) : ScalarTape.RecordMinimum(x, y);

    /// <inheritdoc/>
    public static Active MaxNative(Active x, Active y) => Chosen(Max(x, y), x, y, double.MaxNative(x.Value, y.Value));

    /// <inheritdoc/>
    public static Active MinNative(Active x, Active y) => Chosen(Min(x, y), x, y, double.MinNative(x.Value, y.Value));

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
    public static Active Clamp(Active value, Active min, Active max)
    {
        CheckBounds(min, max);
        return Min(Max(value, min), max)
            .WithValue(double.Clamp(value.Number, min.Number, max.Number), PlainFunction.Clamp, value, min, max);
    }

    /// <inheritdoc/>
    public static Active ClampNative(Active value, Active min, Active max)
    {
        CheckBounds(min, max);
        return MinNative(MaxNative(value, min), max).WithValue(double.ClampNative(value.Value, min.Value, max.Value));
    }

    /// <inheritdoc/>
    public static Active CopySign(Active value, Active sign) =>
        (IsNegative(value) == IsNegative(sign) ? value : -value)
            .WithValue(double.CopySign(value.Number, sign.Number), PlainFunction.CopySign, value, sign);

    /// <inheritdoc/>
    public static int Sign(Active value) => double.IsNaN(value.Number)
        ? throw new ArithmeticException("The sign of NaN was requested.")
        : value.CompareTo(Zero);

    /// <summary>left·right + addend, rounded once.</summary>
    /// <param name="left">A factor.</param>
    /// <param name="right">The other factor.</param>
    /// <param name="addend">The summand.</param>
    public static Active FusedMultiplyAdd(Active left, Active right, Active addend) =>
        ScalarTape.Explained(
            ScalarTape.MultiplyAdd(left, right, addend, double.FusedMultiplyAdd(left.Number, right.Number, addend.Number)),
            PlainFunction.FusedMultiplyAdd, left, right, addend);

    /// <inheritdoc/>
    public static Active MultiplyAddEstimate(Active left, Active right, Active addend) =>
        ScalarTape.Explained(
            ScalarTape.MultiplyAdd(left, right, addend, double.MultiplyAddEstimate(left.Number, right.Number, addend.Number)),
            PlainFunction.MultiplyAddEstimate, left, right, addend);

    /// <inheritdoc/>
    public static Active Lerp(Active value1, Active value2, Active amount) =>
        ScalarTape.Explained(
            ScalarTape.RecordValued(default(Add), value1 * (One - amount), value2 * amount, double.Lerp(value1.Number, value2.Number, amount.Number)),
            PlainFunction.Lerp, value1, value2, amount);

    /// <summary>The remainder of a division that rounds to the nearest integer; it jumps where the quotient is half-way between two integers.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    public static Active Ieee754Remainder(Active left, Active right)
    {
        double value = double.Ieee754Remainder(left.Number, right.Number);
        return ScalarTape.RecordRemainder(left, right, value, Math.Abs(value) == 0.5 * Math.Abs(right.Number));
    }

    /// <inheritdoc/>
    public static Active ReciprocalEstimate(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), One, x, double.ReciprocalEstimate(x.Number)), PlainFunction.ReciprocalEstimate, x);

    /// <inheritdoc/>
    public static Active ReciprocalSqrtEstimate(Active x) =>
        ScalarTape.Explained(
            ScalarTape.RecordValued(default(Divide), One, Sqrt(x), double.ReciprocalSqrtEstimate(x.Number)),
            PlainFunction.ReciprocalSqrtEstimate, x);

    /// <inheritdoc/>
    public static Active ScaleB(Active x, int n) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Multiply), x, Math.ScaleB(1, n), double.ScaleB(x.Number, n)), PlainFunction.ScaleB, x, n);

    /// <inheritdoc/>
    public static Active DegreesToRadians(Active degrees) =>
        ScalarTape.Explained(
            ScalarTape.RecordValued(default(Multiply), degrees, Math.PI / 180, double.DegreesToRadians(degrees.Number)),
            PlainFunction.DegreesToRadians, degrees);

    /// <inheritdoc/>
    public static Active RadiansToDegrees(Active radians) =>
        ScalarTape.Explained(
            ScalarTape.RecordValued(default(Multiply), radians, 180 / Math.PI, double.RadiansToDegrees(radians.Number)),
            PlainFunction.RadiansToDegrees, radians);

    // One of two numbers, for functions whose treatment of NaN and signed zeros .NET leaves to the processor.
    private static Active Chosen(Active larger, Active x, Active y, double value) =>
        double.IsNaN(x.Value) != double.IsNaN(y.Value) ? (double.IsNaN(value) == double.IsNaN(x.Value) ? x : y) : larger.WithValue(value);

    // The same recorded number with the bits of double's function, which may differ in the sign of a zero or in a NaN. If the tangents decided for another
    // number, as at a jump, that number stays.
    private Active WithValue(double value) => Number == value || double.IsNaN(Number) || double.IsNaN(value) ? new(value, Handle) : this;

    // The same, with the function that gives the value, which a tape that traces the program computes again.
    private Active WithValue(double value, PlainFunction function, Active first, Active second, Active third = default) =>
        ScalarTape.IsCareful(this) ? ScalarTape.Replaced(this, WithValue(value), function, first, second, third) : WithValue(value);

    private static void CheckBounds(Active min, Active max)
    {
        if (min.Value > max.Value)
            throw new ArgumentException($"Bounds of {min} and {max} were given; the lower must not be above the upper.");
        if (min.Value == max.Value && min.Handle != max.Handle)
            ScalarTape.NoteEdge(min, max);
    }
}
