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
    public static Active Cbrt(Active x) => ScalarTape.RecordValued(default(Cbrt), x, double.Cbrt(x.Value));

    /// <inheritdoc/>
    public static Active Hypot(Active x, Active y) => ScalarTape.RecordHypot(x, y);

    /// <inheritdoc/>
    public static Active RootN(Active x, int n) => n switch
    {
        0 => new Active(double.RootN(x.Value, 0)),
        1 => x,
        _ => ScalarTape.RecordValued(new Root(n), x, double.RootN(x.Value, n)),
    };

    /// <summary>x to the power y. A constant exponent is an attribute of the operation; a variable one requires x above 0.</summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    public static Active Pow(Active x, Active y) => y.IsConstant ? ScalarTape.Record(new Pow(y.Value), x) : ScalarTape.Record(default(Power), x, y);

    /// <inheritdoc/>
    public static Active Exp(Active x) => ScalarTape.Record(default(Exp), x);

    /// <inheritdoc/>
    public static Active ExpM1(Active x) => ScalarTape.RecordValued(default(ExpM1), x, double.ExpM1(x.Value));

    /// <inheritdoc/>
    public static Active Exp2(Active x) => ScalarTape.RecordValued(new ExpToBase(2), x, double.Exp2(x.Value));

    /// <inheritdoc/>
    public static Active Exp2M1(Active x) => ScalarTape.RecordValued(default(Subtract), Exp2(x), One, double.Exp2M1(x.Value));

    /// <inheritdoc/>
    public static Active Exp10(Active x) => ScalarTape.RecordValued(new ExpToBase(10), x, double.Exp10(x.Value));

    /// <inheritdoc/>
    public static Active Exp10M1(Active x) => ScalarTape.RecordValued(default(Subtract), Exp10(x), One, double.Exp10M1(x.Value));

    /// <inheritdoc/>
    public static Active Log(Active x) => ScalarTape.Record(default(Log), x);

    /// <inheritdoc/>
    public static Active Log(Active x, Active newBase) => ScalarTape.RecordValued(default(Divide), Log(x), Log(newBase), double.Log(x.Value, newBase.Value));

    /// <inheritdoc/>
    public static Active LogP1(Active x) => ScalarTape.RecordValued(default(LogP1), x, double.LogP1(x.Value));

    /// <inheritdoc/>
    public static Active Log2(Active x) => ScalarTape.RecordValued(new LogToBase(2), x, double.Log2(x.Value));

    /// <inheritdoc/>
    public static Active Log2P1(Active x) => ScalarTape.RecordValued(new LogToBase(2), x + One, double.Log2P1(x.Value));

    /// <inheritdoc/>
    public static Active Log10(Active x) => ScalarTape.RecordValued(new LogToBase(10), x, double.Log10(x.Value));

    /// <inheritdoc/>
    public static Active Log10P1(Active x) => ScalarTape.RecordValued(new LogToBase(10), x + One, double.Log10P1(x.Value));

    /// <inheritdoc/>
    public static Active Sin(Active x) => ScalarTape.Record(default(Sin), x);

    /// <inheritdoc/>
    public static Active Cos(Active x) => ScalarTape.Record(default(Cos), x);

    /// <inheritdoc/>
    public static Active Tan(Active x) => ScalarTape.Record(default(Tan), x);

    /// <inheritdoc/>
    public static (Active Sin, Active Cos) SinCos(Active x)
    {
        (double sin, double cos) = double.SinCos(x.Value);
        return (ScalarTape.RecordValued(default(Sin), x, sin), ScalarTape.RecordValued(default(Cos), x, cos));
    }

    /// <inheritdoc/>
    public static Active SinPi(Active x) => ScalarTape.RecordValued(default(SinPi), x, double.SinPi(x.Value));

    /// <inheritdoc/>
    public static Active CosPi(Active x) => ScalarTape.RecordValued(default(CosPi), x, double.CosPi(x.Value));

    /// <inheritdoc/>
    public static Active TanPi(Active x) => ScalarTape.RecordValued(default(TanPi), x, double.TanPi(x.Value));

    /// <inheritdoc/>
    public static (Active SinPi, Active CosPi) SinCosPi(Active x)
    {
        (double sin, double cos) = double.SinCosPi(x.Value);
        return (ScalarTape.RecordValued(default(SinPi), x, sin), ScalarTape.RecordValued(default(CosPi), x, cos));
    }

    /// <inheritdoc/>
    public static Active Asin(Active x) => ScalarTape.Record(default(Asin), x);

    /// <inheritdoc/>
    public static Active Acos(Active x) => ScalarTape.Record(default(Acos), x);

    /// <inheritdoc/>
    public static Active Atan(Active x) => ScalarTape.Record(default(Atan), x);

    /// <inheritdoc/>
    public static Active AsinPi(Active x) => ScalarTape.RecordValued(default(Divide), Asin(x), Math.PI, double.AsinPi(x.Value));

    /// <inheritdoc/>
    public static Active AcosPi(Active x) => ScalarTape.RecordValued(default(Divide), Acos(x), Math.PI, double.AcosPi(x.Value));

    /// <inheritdoc/>
    public static Active AtanPi(Active x) => ScalarTape.RecordValued(default(Divide), Atan(x), Math.PI, double.AtanPi(x.Value));

    /// <inheritdoc/>
    public static Active Atan2(Active y, Active x) => ScalarTape.RecordValued(default(Atan2), y, x, double.Atan2(y.Value, x.Value));

    /// <inheritdoc/>
    public static Active Atan2Pi(Active y, Active x) => ScalarTape.RecordValued(default(Divide), Atan2(y, x), Math.PI, double.Atan2Pi(y.Value, x.Value));

    /// <inheritdoc/>
    public static Active Sinh(Active x) => ScalarTape.Record(default(Sinh), x);

    /// <inheritdoc/>
    public static Active Cosh(Active x) => ScalarTape.Record(default(Cosh), x);

    /// <inheritdoc/>
    public static Active Tanh(Active x) => ScalarTape.Record(default(Tanh), x);

    /// <inheritdoc/>
    public static Active Asinh(Active x) => ScalarTape.RecordValued(default(Asinh), x, double.Asinh(x.Value));

    /// <inheritdoc/>
    public static Active Acosh(Active x) => ScalarTape.RecordValued(default(Acosh), x, double.Acosh(x.Value));

    /// <inheritdoc/>
    public static Active Atanh(Active x) => ScalarTape.RecordValued(default(Atanh), x, double.Atanh(x.Value));

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
        double rounded = Math.Round(x.Value, digits, mode);

        // Directed modes jump at integers, the others half-way between; in both cases the neighbouring numbers round differently.
        bool jumps = double.IsFinite(x.Value) && Math.Round(Math.BitIncrement(x.Value), digits, mode) != Math.Round(Math.BitDecrement(x.Value), digits, mode);
        return jumps ? ScalarTape.RecordJump(x, rounded) : ScalarTape.RecordStep(x, rounded);
    }

    /// <inheritdoc/>
    public static Active BitIncrement(Active x) =>
        ScalarTape.RecordValued(default(Add), x, double.BitIncrement(x.Value) - x.Value, double.BitIncrement(x.Value));

    /// <inheritdoc/>
    public static Active BitDecrement(Active x) =>
        ScalarTape.RecordValued(default(Add), x, double.BitDecrement(x.Value) - x.Value, double.BitDecrement(x.Value));

    /// <inheritdoc/>
    public static int ILogB(Active x)
    {
        int exponent = Math.ILogB(x.Value);
        ScalarTape.LooksAtSize(x);
        if (!double.IsFinite(x.Value) || x.Value == 0 || Math.Abs(x.Value) != Math.ScaleB(1, exponent)
            || ScalarTape.Moves(x, ScalarTape.IsPowerOfTwo) is not { } sign)
            return exponent;

        // In the direction of 0 from a power of two, the exponent is one less.
        return sign == -Math.Sign(x.Value) ? exponent - 1 : exponent;
    }
}
