namespace ConservativeAD.Scalars;

/// <content>Functions.</content>
public readonly partial struct Active
{
    /// <summary>max(x, 0).</summary>
    /// <param name="x">The argument.</param>
    /// <param name="slopeAtZero">The value of relu'(0) for this call; that of the selections if null.</param>
    public static Active Relu(Active x, double? slopeAtZero = null) => ScalarTape.Record(new Relu(slopeAtZero), x);

    /// <inheritdoc/>
    public static Active Sqrt(Active x) => ScalarTape.Record(default(Sqrt), x);

    /// <inheritdoc/>
    public static Active Cbrt(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Cbrt), x, double.Cbrt(x.Number)), PlainFunction.Cbrt, x);

    /// <inheritdoc/>
    public static Active Hypot(Active x, Active y) => ScalarTape.RecordHypot(x, y);

    /// <inheritdoc/>
    public static Active RootN(Active x, int n) => n switch
    {
        0 => new Active(double.RootN(x.Value, 0)),
        1 => x,
        _ => ScalarTape.Explained(ScalarTape.RecordValued(new Root(n), x, double.RootN(x.Number, n)), PlainFunction.RootN, x, n),
    };

    /// <summary>x to the power y. A constant exponent is an attribute of the operation; a variable one requires x above 0.</summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    public static Active Pow(Active x, Active y) => y.IsConstant ? ScalarTape.Record(new Pow(y.Number), x) : ScalarTape.Record(default(Power), x, y);

    /// <inheritdoc/>
    public static Active Exp(Active x) => ScalarTape.Record(default(Exp), x);

    /// <inheritdoc/>
    public static Active ExpM1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(ExpM1), x, double.ExpM1(x.Number)), PlainFunction.ExpM1, x);

    /// <inheritdoc/>
    public static Active Exp2(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new ExpToBase(2), x, double.Exp2(x.Number)), PlainFunction.Exp2, x);

    /// <inheritdoc/>
    public static Active Exp2M1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Subtract), Exp2(x), One, double.Exp2M1(x.Number)), PlainFunction.Exp2M1, x);

    /// <inheritdoc/>
    public static Active Exp10(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new ExpToBase(10), x, double.Exp10(x.Number)), PlainFunction.Exp10, x);

    /// <inheritdoc/>
    public static Active Exp10M1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Subtract), Exp10(x), One, double.Exp10M1(x.Number)), PlainFunction.Exp10M1, x);

    /// <inheritdoc/>
    public static Active Log(Active x) => ScalarTape.Record(default(Log), x);

    /// <inheritdoc/>
    public static Active Log(Active x, Active newBase) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), Log(x), Log(newBase), double.Log(x.Number, newBase.Number)), PlainFunction.LogToBase, x,
            newBase);

    /// <inheritdoc/>
    public static Active LogP1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(LogP1), x, double.LogP1(x.Number)), PlainFunction.LogP1, x);

    /// <inheritdoc/>
    public static Active Log2(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new LogToBase(2), x, double.Log2(x.Number)), PlainFunction.Log2, x);

    /// <inheritdoc/>
    public static Active Log2P1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new LogToBase(2), x + One, double.Log2P1(x.Number)), PlainFunction.Log2P1, x);

    /// <inheritdoc/>
    public static Active Log10(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new LogToBase(10), x, double.Log10(x.Number)), PlainFunction.Log10, x);

    /// <inheritdoc/>
    public static Active Log10P1(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(new LogToBase(10), x + One, double.Log10P1(x.Number)), PlainFunction.Log10P1, x);

    /// <inheritdoc/>
    public static Active Sin(Active x) => ScalarTape.Record(default(Sin), x);

    /// <inheritdoc/>
    public static Active Cos(Active x) => ScalarTape.Record(default(Cos), x);

    /// <inheritdoc/>
    public static Active Tan(Active x) => ScalarTape.Record(default(Tan), x);

    /// <inheritdoc/>
    public static (Active Sin, Active Cos) SinCos(Active x)
    {
        (double sin, double cos) = double.SinCos(x.Number);
        return (ScalarTape.Explained(ScalarTape.RecordValued(default(Sin), x, sin), PlainFunction.SinOfBoth, x),
            ScalarTape.Explained(ScalarTape.RecordValued(default(Cos), x, cos), PlainFunction.CosOfBoth, x));
    }

    /// <inheritdoc/>
    public static Active SinPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(SinPi), x, double.SinPi(x.Number)), PlainFunction.SinPi, x);

    /// <inheritdoc/>
    public static Active CosPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(CosPi), x, double.CosPi(x.Number)), PlainFunction.CosPi, x);

    /// <inheritdoc/>
    public static Active TanPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(TanPi), x, double.TanPi(x.Number)), PlainFunction.TanPi, x);

    /// <inheritdoc/>
    public static (Active SinPi, Active CosPi) SinCosPi(Active x)
    {
        (double sin, double cos) = double.SinCosPi(x.Number);
        return (ScalarTape.Explained(ScalarTape.RecordValued(default(SinPi), x, sin), PlainFunction.SinPiOfBoth, x),
            ScalarTape.Explained(ScalarTape.RecordValued(default(CosPi), x, cos), PlainFunction.CosPiOfBoth, x));
    }

    /// <inheritdoc/>
    public static Active Asin(Active x) => ScalarTape.Record(default(Asin), x);

    /// <inheritdoc/>
    public static Active Acos(Active x) => ScalarTape.Record(default(Acos), x);

    /// <inheritdoc/>
    public static Active Atan(Active x) => ScalarTape.Record(default(Atan), x);

    /// <inheritdoc/>
    public static Active AsinPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), Asin(x), Math.PI, double.AsinPi(x.Number)), PlainFunction.AsinPi, x);

    /// <inheritdoc/>
    public static Active AcosPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), Acos(x), Math.PI, double.AcosPi(x.Number)), PlainFunction.AcosPi, x);

    /// <inheritdoc/>
    public static Active AtanPi(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), Atan(x), Math.PI, double.AtanPi(x.Number)), PlainFunction.AtanPi, x);

    /// <inheritdoc/>
    public static Active Atan2(Active y, Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Atan2), y, x, double.Atan2(y.Number, x.Number)), PlainFunction.Atan2, y, x);

    /// <inheritdoc/>
    public static Active Atan2Pi(Active y, Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Divide), Atan2(y, x), Math.PI, double.Atan2Pi(y.Number, x.Number)), PlainFunction.Atan2Pi, y, x);

    /// <inheritdoc/>
    public static Active Sinh(Active x) => ScalarTape.Record(default(Sinh), x);

    /// <inheritdoc/>
    public static Active Cosh(Active x) => ScalarTape.Record(default(Cosh), x);

    /// <inheritdoc/>
    public static Active Tanh(Active x) => ScalarTape.Record(default(Tanh), x);

    /// <inheritdoc/>
    public static Active Asinh(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Asinh), x, double.Asinh(x.Number)), PlainFunction.Asinh, x);

    /// <inheritdoc/>
    public static Active Acosh(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Acosh), x, double.Acosh(x.Number)), PlainFunction.Acosh, x);

    /// <inheritdoc/>
    public static Active Atanh(Active x) =>
        ScalarTape.Explained(ScalarTape.RecordValued(default(Atanh), x, double.Atanh(x.Number)), PlainFunction.Atanh, x);

    /// <inheritdoc/>
    public static Active Floor(Active x) => ScalarTape.Record(default(Floor), x);

    /// <inheritdoc/>
    public static Active Ceiling(Active x) => -Floor(-x);

    /// <inheritdoc/>
    public static Active Truncate(Active x) =>
        x.Value is > -1 and < 1 ? ScalarTape.RecordStep(x, double.Truncate(x.Value)) : x.Value > 0 ? Floor(x) : Ceiling(x);

    /// <inheritdoc cref="Round(Active, int, MidpointRounding)"/>
    public static Active Round(Active x) => Round(x, 0, MidpointRounding.ToEven);

    /// <inheritdoc cref="Round(Active, int, MidpointRounding)"/>
    public static Active Round(Active x, int digits) => Round(x, digits, MidpointRounding.ToEven);

    /// <inheritdoc cref="Round(Active, int, MidpointRounding)"/>
    public static Active Round(Active x, MidpointRounding mode) => Round(x, 0, mode);

    /// <summary>Rounds the number; the result jumps half-way between two results.</summary>
    /// <param name="x">The number.</param>
    /// <param name="digits">The number of decimals to keep.</param>
    /// <param name="mode">The rounding of numbers half-way between two results.</param>
    public static Active Round(Active x, int digits, MidpointRounding mode)
    {
        double rounded = Math.Round(x.Number, digits, mode);

        // Directed modes jump at integers, the others half-way between; in both cases the neighbouring numbers round differently.
        bool jumps = double.IsFinite(x.Number)
            && Math.Round(Math.BitIncrement(x.Number), digits, mode) != Math.Round(Math.BitDecrement(x.Number), digits, mode);
        return jumps ? ScalarTape.RecordJump(x, rounded) : ScalarTape.RecordStep(x, rounded);
    }

    /// <inheritdoc/>
    public static Active BitIncrement(Active x) =>
        ScalarTape.RecordValued(default(Add), x, double.BitIncrement(x.Number) - x.Number, double.BitIncrement(x.Number));

    /// <inheritdoc/>
    public static Active BitDecrement(Active x) =>
        ScalarTape.RecordValued(default(Add), x, double.BitDecrement(x.Number) - x.Number, double.BitDecrement(x.Number));

    /// <inheritdoc/>
    public static int ILogB(Active x)
    {
        int exponent = Math.ILogB(x.Value);
        ScalarTape.LooksAtSize(x);
        if (!double.IsFinite(x.Number) || x.Number == 0 || Math.Abs(x.Number) != Math.ScaleB(1, exponent)
            || ScalarTape.Moves(x, ScalarTape.IsPowerOfTwo) is not { } sign)
            return exponent;

        // In the direction of 0 from a power of two, the exponent is one less.
        return sign == -Math.Sign(x.Number) ? exponent - 1 : exponent;
    }
}
