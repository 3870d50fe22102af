using ConservativeAD.Auditor.Programs;

namespace ConservativeAD.Auditor.Reference;

/// <summary>The members of the generic-math interfaces as functions of real numbers.</summary>
public static class GermMembers
{
    private static readonly Germ Pi = Germ.Of((Ball)Wide.Pi);
    private static readonly Germ LogOfTwo = Germ.Of((Ball)Wide.LogOfTwo);
    private static readonly Germ LogOfTen = Germ.Of((Ball)Wide.Log(10));
    private static readonly Germ Degree = Germ.Of((Ball)(Wide.Pi / 180));

    // An estimate may have a relative error of 2^−11 in any precision; the tolerance of the judgement multiplies this number.
    private static readonly Germ Estimate = Germ.Of(new Ball(Wide.One, Wide.One.Shifted(-22)));

    /// <summary>The value of a member. An exact zero has the sign that the member itself gives it.</summary>
    /// <param name="name">The member.</param>
    /// <param name="x">Its numbers.</param>
    /// <param name="k">Its integer.</param>
    public static Germ Call(string name, Germ[] x, int k)
    {
        Germ found = ValueOf(name, x, k);
        bool isZero = found.IsFinite && found.IsConstant && found.Limit() is { IsNothing: true };
        if (!isZero || !Array.TrueForAll(x, number => number.IsFinite && number.IsConstant))
            return found;
        try
        {
            double own = Members.Call(name, Array.ConvertAll(x, number => number.IsMinus ? -Magnitude(number) : Magnitude(number)), k);
            return own == 0 ? Germ.Of(own) : found;
        }
        catch (Exception exception) when (exception is ArithmeticException or ArgumentException)
        {
            return found;
        }

        static double Magnitude(Germ number) => Math.Abs(number.Limit()!.Value.Value.ToDouble());
    }

    // double.ExpM1 and its like are e^x − 1 as written, double.LogP1 is log(x + 1): their loss near 0 counts as the program's rounding.
    private static Germ ValueOf(string name, Germ[] x, int k) => name switch
    {
        "Abs" => Germ.Abs(x[0]),
        "Acos" => Germ.Acos(x[0]),
        "Acosh" => Germ.Acosh(x[0]),
        "AcosPi" => Germ.Acos(x[0]) / Pi,
        "Asin" => Germ.Asin(x[0]),
        "Asinh" => Germ.Asinh(x[0]),
        "AsinPi" => Germ.Asin(x[0]) / Pi,
        "Atan" => Germ.Atan(x[0]),
        "Atanh" => Germ.Atanh(x[0]),
        "AtanPi" => Germ.Atan(x[0]) / Pi,
        "BitDecrement" => Neighbour(x[0], Math.BitDecrement),
        "BitIncrement" => Neighbour(x[0], Math.BitIncrement),
        "Cbrt" => Germ.Cbrt(x[0]),
        "Ceiling" => Signed(x[0], -Germ.Floor(-x[0])),
        "Cos" => Germ.Cos(x[0]),
        "Cosh" => Germ.Cosh(x[0]),
        "CosPi" => WavePi(x[0], 1),
        "DegreesToRadians" => x[0] * Degree,
        "Exp" => Germ.Exp(x[0]),
        "Exp10" => Germ.Exp(x[0] * LogOfTen),
        "Exp10M1" => Germ.Exp(x[0] * LogOfTen) - Germ.One,
        "Exp2" => Germ.Exp(x[0] * LogOfTwo),
        "Exp2M1" => Germ.Exp(x[0] * LogOfTwo) - Germ.One,
        "ExpM1" => Germ.Exp(x[0]) - Germ.One,
        "Floor" => Signed(x[0], Germ.Floor(x[0])),
        "Log" => Germ.Log(x[0]),
        "Log/base" => Germ.Log(x[0]) / Germ.Log(x[1]),
        "Log10" => Germ.Log(x[0]) / LogOfTen,
        "Log10P1" => Germ.Log(x[0] + Germ.One) / LogOfTen,
        "Log2" => Germ.Log(x[0]) / LogOfTwo,
        "Log2P1" => Germ.Log(x[0] + Germ.One) / LogOfTwo,
        "LogP1" => Germ.Log(x[0] + Germ.One),
        "RadiansToDegrees" => x[0] / Degree,
        "ReciprocalEstimate" => Estimate * (Germ.One / x[0]),
        "ReciprocalSqrtEstimate" => Estimate * (Germ.One / Germ.Sqrt(x[0])),
        "Round" => Nearest(x[0], 0, MidpointRounding.ToEven),
        "Round/digits" => Nearest(x[0], ((k % 4) + 4) % 4, MidpointRounding.ToEven),
        "Round/mode" => Nearest(x[0], 0, (MidpointRounding)(((k % 5) + 5) % 5)),
        "Round/both" => Nearest(x[0], ((k % 4) + 4) % 4, (MidpointRounding)(((k % 5) + 5) % 5)),
        "Sin" => Germ.Sin(x[0]),
        "SinCos" => Germ.Sin(x[0]) * Germ.Cos(x[0]),
        "SinCosPi" => WavePi(x[0], 0) * WavePi(x[0], 1),
        "SinPi" => WavePi(x[0], 0),
        "Sinh" => Germ.Sinh(x[0]),
        "Sqrt" => Germ.Sqrt(x[0]),
        "Tan" => Germ.Tan(x[0]),
        "TanPi" => IsAtRisingPole(x[0]) ? Germ.One / Germ.Zero : WavePi(x[0], 0) / WavePi(x[0], 1),
        "Tanh" => Germ.Tanh(x[0]),
        "Truncate" => Signed(x[0], Truncated(x[0])),
        "Atan2" => Germ.Atan2(x[0], x[1]),
        "Atan2Pi" => Germ.Atan2(x[0], x[1]) / Pi,
        "CopySign" => WithSign(x[0], x[1]),
        "Hypot" => Germ.Hypot(x[0], x[1]),
        "Ieee754Remainder" => Remainder(x[0], x[1], quotient => Rounded(quotient, 0, MidpointRounding.ToEven)),
        "Max" => Germ.Max(x[0], x[1]),
        "MaxNative" => IsLess(x[1], x[0]) ? x[0] : x[1],
        "MinNative" => IsLess(x[0], x[1]) ? x[0] : x[1],
        "Min" => Germ.Min(x[0], x[1]),
        "MaxNumber" => Number(x, Germ.Max),
        "MinNumber" => Number(x, Germ.Min),
        "MaxMagnitude" => Magnitude(x[0], x[1], 1),
        "MinMagnitude" => Magnitude(x[0], x[1], -1),
        "MaxMagnitudeNumber" => Number(x, (a, b) => Magnitude(a, b, 1)),
        "MinMagnitudeNumber" => Number(x, (a, b) => Magnitude(a, b, -1)),
        "Pow" => Germ.Pow(x[0], x[1]),
        "RootN" => Root(x[0], k),
        "ScaleB" => x[0] * Germ.Of((Ball)Wide.One.Shifted(k)),
        "Clamp" => IsLess(x[2], x[1]) ? Germ.Undefined : Germ.Min(Germ.Max(x[0], x[1]), x[2]),
        "ClampNative" when x.Any(other => other.Kind == Kind.Undefined) =>
            throw new UndecidedException("What a native clamp makes of NaN is the processor's affair."),
        "ClampNative" => IsLess(x[2], x[1]) ? Germ.Undefined : IsLess(x[0], x[1]) ? x[1] : IsLess(x[2], x[0]) ? x[2] : x[0],
        "FusedMultiplyAdd" or "MultiplyAddEstimate" => (x[0] * x[1]) + x[2],
        "Lerp" => (x[0] * (Germ.One - x[2])) + (x[1] * x[2]),
        "op_Addition" or "op_CheckedAddition" => x[0] + x[1],
        "op_Subtraction" or "op_CheckedSubtraction" => x[0] - x[1],
        "op_Multiply" or "op_CheckedMultiply" => x[0] * x[1],
        "op_Division" or "op_CheckedDivision" => x[0] / x[1],
        "op_Modulus" => Remainder(x[0], x[1], Truncated),
        "op_UnaryNegation" or "op_CheckedUnaryNegation" => -x[0],
        "op_UnaryPlus" => x[0],
        "op_Increment" or "op_CheckedIncrement" => x[0] + Germ.One,
        "op_Decrement" or "op_CheckedDecrement" => x[0] - Germ.One,
        _ => throw new ArgumentException($"The reference knows no member {name}."),
    };

    public static bool Ask(string name, Germ[] x) => name switch
    {
        "IsCanonical" => true,
        "IsComplexNumber" or "IsImaginaryNumber" => false,
        "IsEvenInteger" => WholeOf(x[0]) is { } whole && IsEven(whole),
        "IsOddInteger" => WholeOf(x[0]) is { } whole && !IsEven(whole),
        "IsInteger" => WholeOf(x[0]) is not null,
        "IsFinite" => Known(x[0]).IsFinite,
        "IsInfinity" => Known(x[0]).IsInfinite,
        "IsNaN" => Known(x[0]).Kind == Kind.Undefined,
        "IsRealNumber" => Known(x[0]).Kind != Kind.Undefined,
        "IsNegative" => IsNegative(x[0]),
        "IsPositive" => !IsNegative(x[0]),
        "IsNegativeInfinity" => Known(x[0]).Kind == Kind.MinusInfinity,
        "IsPositiveInfinity" => Known(x[0]).Kind == Kind.PlusInfinity,
        "IsNormal" => Known(x[0]).IsFinite && Germ.Compare(Germ.Abs(x[0]), MinimumNormal) >= 0,
        "IsSubnormal" => Known(x[0]).IsFinite && Germ.Sign(x[0]) != 0 && Germ.Compare(Germ.Abs(x[0]), MinimumNormal) < 0,
        "IsZero" => Germ.Compare(x[0], Germ.Zero) == 0,
        "Equals" or "Equals/object" => x[0].Kind == Kind.Undefined && x[1].Kind == Kind.Undefined ? true : Germ.Compare(x[0], x[1]) == 0,
        "op_LessThan" => Germ.Compare(x[0], x[1]) < 0,
        "op_GreaterThan" => Germ.Compare(x[0], x[1]) > 0,
        "op_LessThanOrEqual" => Germ.Compare(x[0], x[1]) <= 0,
        "op_GreaterThanOrEqual" => Germ.Compare(x[0], x[1]) >= 0,
        "op_Equality" => Germ.Compare(x[0], x[1]) == 0,
        "op_Inequality" => Germ.Compare(x[0], x[1]) != 0,
        _ => throw new ArgumentException($"The reference knows no question {name}."),
    };

    /// <summary>The integer; null if the program throws.</summary>
    public static int? Count(string name, Germ[] x) => name switch
    {
        "CompareTo" or "CompareTo/object" => Germ.Compare(x[0], x[1]) ?? (x[0].Kind == Kind.Undefined ? (x[1].Kind == Kind.Undefined ? 0 : -1) : 1),
        "Sign" => Germ.Sign(x[0]),
        "ILogB" => BinaryLogarithm(x[0]),
        "TryConvertToChecked" => Integer(x[0], true),
        "ConvertToInteger" or "TryConvertToSaturating" or "TryConvertToTruncating" => Integer(x[0], false),
        "ConvertToIntegerNative" => Integer(x[0], true)
            ?? throw new UndecidedException("What a native conversion out of range gives is the processor's affair."),
        _ => throw new ArgumentException($"The reference knows no whole number {name}."),
    };

    private static readonly Germ MinimumNormal = Germ.Of(Math.ScaleB(1, -1022));

    private static bool IsLess(Germ x, Germ y) => Germ.Compare(x, y) < 0;

    private static Germ Known(Germ x) =>
        x.Kind is Kind.Unknown or Kind.PlusGrowth or Kind.MinusGrowth ? throw new UndecidedException("A question about an unknown number.") : x;

    // double.NaN has a minus sign; other NaNs may or may not have one.
    private static bool IsNegative(Germ x) =>
        Known(x).Kind == Kind.Undefined
        ? throw new UndecidedException("The sign of NaN.")
        : (Germ.Sign(x) < 0 || (Germ.Sign(x) == 0 && x.Limit() is { } limit && limit.Value.IsNegative));

    private static bool IsEven(Wide whole) => whole - (2 * Wide.Floor(whole / 2)) == Wide.Zero;

    private static Wide? WholeOf(Germ x)
    {
        if (!Known(x).IsFinite)
            return null;
        if (x.Limit() is not { } limit)
            return x.IsUnbounded() == true ? null : throw new UndecidedException("A question about a number that is cut off.");
        Wide whole = Wide.Floor(limit.Value + 0.5);
        return Germ.Sign(x - Germ.Of((Ball)whole)) == 0 ? whole : null;
    }

    // The step to the next number is a constant; its size is the program's rounding.
    private static Germ Neighbour(Germ x, Func<double, double> next)
    {
        if (!x.IsFinite)
            return x.IsInfinite ? Germ.Of(next(x.Kind == Kind.PlusInfinity ? double.PositiveInfinity : double.NegativeInfinity)) : x;
        if (x.Limit() is not { } limit || limit.Value.ToDouble() is var value && !(double.IsFinite(value) && double.IsFinite(next(value))))
            return Germ.Unknown;
        return x + Germ.Of(new Ball(next(value) - value, Math.Abs(value - next(value))));
    }

    private static Germ Truncated(Germ x) => Germ.BySign(x, sign => sign < 0 ? -Germ.Floor(-x) : Germ.Floor(x));

    private static Germ Remainder(Germ x, Germ y, Func<Germ, Germ> whole)
    {
        if (y.IsInfinite && x.IsFinite)
            return x;
        Germ remainder = x - (y * whole(x / y));

        // A remainder of 0 has the sign of x.
        return remainder.IsFinite && Germ.Sign(remainder) == 0 && remainder.IsConstant && IsNegative(x) ? Germ.Of(-0.0) : remainder;
    }

    private static Germ WithSign(Germ x, Germ y)
    {
        if (x.Kind is Kind.Undefined or Kind.Unknown)
            return x;
        if (y.Kind is Kind.Undefined)
            throw new UndecidedException("The sign of NaN.");
        return IsNegative(y) ? -Germ.Abs(x) : Germ.Abs(x);
    }

    private static Germ Number(Germ[] x, Func<Germ, Germ, Germ> choose) =>
        x[0].Kind == Kind.Undefined ? x[1] : x[1].Kind == Kind.Undefined ? x[0] : choose(x[0], x[1]);

    private static Germ Magnitude(Germ x, Germ y, int wanted)
    {
        if (x.Kind == Kind.Undefined || y.Kind == Kind.Undefined)
            return Germ.Undefined;
        int? sign = Germ.Compare(Germ.Abs(x), Germ.Abs(y));
        return sign == 0 ? (wanted > 0 ? Germ.Max(x, y) : Germ.Min(x, y)) : sign == wanted ? x : y;
    }

    private static Germ Root(Germ x, int n) => n switch
    {
        0 => Germ.Undefined,
        1 => x,
        < 0 => n == int.MinValue ? Germ.Unknown : Germ.One / Root(x, -n),
        2 => Germ.Sqrt(x),
        _ when n % 2 == 1 => Germ.RootOfOddOrder(x, n),
        _ => Germ.RootOfEvenOrder(x, n),
    };

    // A half above an even number, where the tangent of a number that does not move is +∞ (IEEE 754-2019, 9.2.1).
    private static bool IsAtRisingPole(Germ x)
    {
        if (!x.IsFinite || !x.IsConstant || x.Limit() is not { } limit || !(limit.Value - (2 * Wide.Floor(limit.Value / 2)) - 0.5).IsZero)
            return false;
        // A rounded number may stand beside the pole in the program.
        if (!limit.Error.IsZero)
            Precision.NoteSoft();
        return true;
    }

    private static Germ WavePi(Germ x, int quarters)
    {
        if (!x.IsFinite || x.Limit() is not { } limit)
            return x.IsInfinite || x.Kind == Kind.Undefined ? Germ.Undefined : Germ.Unknown;

        // Quarter turns are subtracted before the multiplication by π, so that integers and halves give exact zeros.
        Wide turns = Wide.Floor((2 * limit.Value) + 0.5), full = turns - (4 * Wide.Floor(turns / 4));
        Germ angle = (x - Germ.Of((Ball)(turns / 2))) * Pi;
        return (((int)full.ToDouble() + quarters) % 4) switch
        {
            0 => Germ.Sin(angle),
            1 => Germ.Cos(angle),
            2 => -Germ.Sin(angle),
            _ => -Germ.Cos(angle),
        };
    }

    private static Germ Nearest(Germ x, int digits, MidpointRounding mode) => Signed(x, Rounded(x, digits, mode));

    // A number rounded to 0 keeps its sign.
    private static Germ Signed(Germ x, Germ rounded) =>
        rounded.IsFinite && rounded.IsConstant && rounded.Limit() is { IsZero: true } && x.IsFinite && x.IsMinus ? Germ.Of(-0.0) : rounded;

    private static Germ Rounded(Germ x, int digits, MidpointRounding mode)
    {
        Germ scale = Germ.Of(Math.Pow(10, digits)), scaled = x * scale, floor = Germ.Floor(scaled);
        if (!floor.IsFinite)
            return floor;
        Germ left = scaled - floor, up = floor + Germ.One;
        Germ nearest = mode switch
        {
            MidpointRounding.ToNegativeInfinity => floor,
            MidpointRounding.ToPositiveInfinity => -Germ.Floor(-scaled),
            MidpointRounding.ToZero => Truncated(scaled),
            MidpointRounding.AwayFromZero =>
                Germ.BySign(left - Germ.Of(0.5), side => side < 0 ? floor : side > 0 ? up : Germ.BySign(scaled, sign => sign < 0 ? floor : up)),
            _ => Germ.BySign(left - Germ.Of(0.5), side => side < 0 ? floor : side > 0 ? up : IsEven(floor.Limit()!.Value.Value) ? floor : up),
        };
        return nearest / scale;
    }

    private static int? Integer(Germ x, bool isChecked)
    {
        if (x.IsFinite && Truncated(x) is { IsFinite: true } whole && whole.Limit() is { } limit)
            return Wide.Abs(limit.Value) < int.MaxValue ? (int)limit.Value.ToDouble() : isChecked ? null : limit.Value.Sign > 0 ? int.MaxValue : int.MinValue;
        if (x.Kind == Kind.Unknown || x.IsFinite)
            throw new UndecidedException("A conversion of an unknown number.");
        return isChecked ? null : x.Kind == Kind.Undefined ? 0 : Germ.Sign(x) > 0 ? int.MaxValue : int.MinValue;
    }

    private static int? BinaryLogarithm(Germ x)
    {
        if (Known(x).Kind == Kind.Undefined)
            return int.MaxValue;
        if (x.IsInfinite)
            return int.MaxValue;
        if (Germ.Sign(x) == 0)
            return int.MinValue;
        if (x.Limit() is not { IsZero: false } limit)
            throw new UndecidedException("The exponent of a number beside 0.");
        long exponent = limit.Value.Exponent;
        return (int)exponent - (Germ.Sign(Germ.Abs(x) - Germ.Of((Ball)Wide.One.Shifted(exponent))) < 0 ? 1 : 0);
    }
}
