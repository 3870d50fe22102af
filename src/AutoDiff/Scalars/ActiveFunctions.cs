namespace ConservativeAD;

/// <content>Functions.</content>
public readonly partial struct Active
{
    /// <summary>max(x, 0).</summary>
    /// <param name="x">The argument.</param>
    /// <param name="slopeAtZero">relu'(0) here; the selections' if null.</param>
    public static Active Relu(Active x, double? slopeAtZero = null) => ScalarTape.Record(new Relu(slopeAtZero), x);

    /// <inheritdoc/>
    public static Active Sqrt(Active x) => ScalarTape.Record(default(Sqrt), x);

    /// <inheritdoc/>
    public static Active Cbrt(Active x) => ScalarTape.Record(default(CubeRoot), x);

    /// <inheritdoc/>
    public static Active Hypot(Active x, Active y) => ScalarTape.RecordHypot(x, y);

    /// <inheritdoc/>
    public static Active RootN(Active x, int n) => n switch
    {
        0 => new Active(double.RootN(x.Value, 0)),
        1 => x,
        2 => Sqrt(x),
        3 => Cbrt(x),
        < 0 => One / RootN(x, -n),
        _ => int.IsOddInteger(n) && IsNegative(x) ? -Pow(-x, 1.0 / n) : Pow(x, 1.0 / n),
    };

    /// <summary>x to the power y. A constant exponent is an attribute of the operation; a variable one asks for x above 0.</summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    public static Active Pow(Active x, Active y) => y.IsConstant ? ScalarTape.Record(new Pow(y.Value), x) : ScalarTape.Record(default(Power), x, y);

    /// <inheritdoc/>
    public static Active Exp(Active x) => ScalarTape.Record(default(Exp), x);

    /// <inheritdoc/>
    public static Active ExpM1(Active x) => ScalarTape.Record(default(ExpMinusOne), x);

    /// <inheritdoc/>
    public static Active Exp2(Active x) => Exp(x * Math.Log(2));

    /// <inheritdoc/>
    public static Active Exp10(Active x) => Exp(x * Math.Log(10));

    /// <inheritdoc/>
    public static Active Log(Active x) => ScalarTape.Record(default(Log), x);

    /// <inheritdoc/>
    public static Active Log(Active x, Active newBase) => Log(x) / Log(newBase);

    /// <inheritdoc/>
    public static Active LogP1(Active x) => ScalarTape.Record(default(LogOnePlus), x);

    /// <inheritdoc/>
    public static Active Log2(Active x) => Log(x) / Math.Log(2);

    /// <inheritdoc/>
    public static Active Log10(Active x) => Log(x) / Math.Log(10);

    /// <inheritdoc/>
    public static Active Sin(Active x) => ScalarTape.Record(default(Sin), x);

    /// <inheritdoc/>
    public static Active Cos(Active x) => ScalarTape.Record(default(Cos), x);

    /// <inheritdoc/>
    public static Active Tan(Active x) => ScalarTape.Record(default(Tan), x);

    /// <inheritdoc/>
    public static (Active Sin, Active Cos) SinCos(Active x) => (Sin(x), Cos(x));

    /// <inheritdoc/>
    public static Active SinPi(Active x) => Sin(x * Math.PI);

    /// <inheritdoc/>
    public static Active CosPi(Active x) => Cos(x * Math.PI);

    /// <inheritdoc/>
    public static Active TanPi(Active x) => Tan(x * Math.PI);

    /// <inheritdoc/>
    public static (Active SinPi, Active CosPi) SinCosPi(Active x) => (SinPi(x), CosPi(x));

    /// <inheritdoc/>
    public static Active Asin(Active x) => ScalarTape.Record(default(Asin), x);

    /// <inheritdoc/>
    public static Active Acos(Active x) => ScalarTape.Record(default(Acos), x);

    /// <inheritdoc/>
    public static Active Atan(Active x) => ScalarTape.Record(default(Atan), x);

    /// <inheritdoc/>
    public static Active AsinPi(Active x) => Asin(x) / Math.PI;

    /// <inheritdoc/>
    public static Active AcosPi(Active x) => Acos(x) / Math.PI;

    /// <inheritdoc/>
    public static Active AtanPi(Active x) => Atan(x) / Math.PI;

    /// <inheritdoc/>
    public static Active Atan2(Active y, Active x) => ScalarTape.Record(default(Angle), y, x);

    /// <inheritdoc/>
    public static Active Atan2Pi(Active y, Active x) => Atan2(y, x) / Math.PI;

    /// <inheritdoc/>
    public static Active Sinh(Active x) => ScalarTape.Record(default(Sinh), x);

    /// <inheritdoc/>
    public static Active Cosh(Active x) => ScalarTape.Record(default(Cosh), x);

    /// <inheritdoc/>
    public static Active Tanh(Active x) => ScalarTape.Record(default(Tanh), x);

    /// <inheritdoc/>
    public static Active Asinh(Active x) => ScalarTape.Record(default(Asinh), x);

    /// <inheritdoc/>
    public static Active Acosh(Active x) => LogP1((x - One) + Sqrt((x - One) * (x + One)));

    /// <inheritdoc/>
    public static Active Atanh(Active x) => 0.5 * (LogP1(x) - LogP1(-x));

    /// <inheritdoc/>
    public static Active Floor(Active x) => ScalarTape.Record(default(Floor), x);

    /// <inheritdoc/>
    public static Active Ceiling(Active x) => -Floor(-x);

    /// <inheritdoc/>
    public static Active Truncate(Active x) => x.Value is > -1 and < 1 ? Zero : x.Value > 0 ? Floor(x) : Ceiling(x);

    /// <summary>The number rounded; it jumps half-way between two results.</summary>
    /// <param name="x">The number.</param>
    /// <param name="digits">How many decimals are kept.</param>
    /// <param name="mode">What half-way numbers round to.</param>
    public static Active Round(Active x, int digits, MidpointRounding mode)
    {
        double rounded = Math.Round(x.Value, digits, mode);

        // A directed mode jumps at whole numbers, the others half-way: in both cases where the neighbours round apart.
        bool jumps = Math.Round(Math.BitIncrement(x.Value), digits, mode) != Math.Round(Math.BitDecrement(x.Value), digits, mode);
        return jumps ? ScalarTape.RecordJump(x, rounded) : new Active(rounded);
    }

    /// <inheritdoc/>
    public static Active BitIncrement(Active x) => x + (Math.BitIncrement(x.Value) - x.Value);

    /// <inheritdoc/>
    public static Active BitDecrement(Active x) => x + (Math.BitDecrement(x.Value) - x.Value);

    /// <inheritdoc/>
    public static int ILogB(Active x) => Math.ILogB(x.Value);
}
