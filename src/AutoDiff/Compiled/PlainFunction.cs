namespace ConservativeAD.Scalars;

/// <summary>A function of .NET on plain numbers that gives the value of an operation, where the rule's own formula may round differently.</summary>
internal sealed class PlainFunction
{
    public static readonly PlainFunction Cbrt = new(double.Cbrt);
    public static readonly PlainFunction RootN = new(RootOf);
    public static readonly PlainFunction ExpM1 = new(double.ExpM1);
    public static readonly PlainFunction Exp2 = new(double.Exp2);
    public static readonly PlainFunction Exp2M1 = new(double.Exp2M1);
    public static readonly PlainFunction Exp10 = new(double.Exp10);
    public static readonly PlainFunction Exp10M1 = new(double.Exp10M1);
    public static readonly PlainFunction LogToBase = new((Func<double, double, double>)double.Log);
    public static readonly PlainFunction LogP1 = new(double.LogP1);
    public static readonly PlainFunction Log2 = new(double.Log2);
    public static readonly PlainFunction Log2P1 = new(double.Log2P1);
    public static readonly PlainFunction Log10 = new(double.Log10);
    public static readonly PlainFunction Log10P1 = new(double.Log10P1);
    public static readonly PlainFunction SinOfBoth = new(SinOf);
    public static readonly PlainFunction CosOfBoth = new(CosOf);
    public static readonly PlainFunction SinPi = new(double.SinPi);
    public static readonly PlainFunction CosPi = new(double.CosPi);
    public static readonly PlainFunction TanPi = new(double.TanPi);
    public static readonly PlainFunction SinPiOfBoth = new(SinPiOf);
    public static readonly PlainFunction CosPiOfBoth = new(CosPiOf);
    public static readonly PlainFunction AsinPi = new(double.AsinPi);
    public static readonly PlainFunction AcosPi = new(double.AcosPi);
    public static readonly PlainFunction AtanPi = new(double.AtanPi);
    public static readonly PlainFunction Atan2 = new(double.Atan2);
    public static readonly PlainFunction Atan2Pi = new(double.Atan2Pi);
    public static readonly PlainFunction Asinh = new(double.Asinh);
    public static readonly PlainFunction Acosh = new(double.Acosh);
    public static readonly PlainFunction Atanh = new(double.Atanh);
    public static readonly PlainFunction Hypot = new(double.Hypot);
    public static readonly PlainFunction FusedMultiplyAdd = new(double.FusedMultiplyAdd);
    public static readonly PlainFunction MultiplyAddEstimate = new(double.MultiplyAddEstimate);
    public static readonly PlainFunction Lerp = new(double.Lerp);
    public static readonly PlainFunction Clamp = new(double.Clamp);
    public static readonly PlainFunction CopySign = new(double.CopySign);
    public static readonly PlainFunction ReciprocalEstimate = new(double.ReciprocalEstimate);
    public static readonly PlainFunction ReciprocalSqrtEstimate = new(double.ReciprocalSqrtEstimate);
    public static readonly PlainFunction ScaleB = new(Scaled);
    public static readonly PlainFunction DegreesToRadians = new(double.DegreesToRadians);
    public static readonly PlainFunction RadiansToDegrees = new(double.RadiansToDegrees);

    private PlainFunction(Func<double, double> function) => (Of, Arity) = (function, 1);

    private PlainFunction(Func<double, double, double> function) => (Of, Arity) = (function, 2);

    private PlainFunction(Func<double, double, double, double> function) => (Of, Arity) = (function, 3);

    /// <summary>The function, a static method, as a delegate of one to three numbers.</summary>
    public Delegate Of { get; }

    /// <summary>The number of its arguments.</summary>
    public int Arity { get; }

    private static double RootOf(double x, double n) => double.RootN(x, (int)n);

    private static double Scaled(double x, double n) => double.ScaleB(x, (int)n);

    private static double SinOf(double x) => double.SinCos(x).Sin;

    private static double CosOf(double x) => double.SinCos(x).Cos;

    private static double SinPiOf(double x) => double.SinCosPi(x).SinPi;

    private static double CosPiOf(double x) => double.SinCosPi(x).CosPi;
}
