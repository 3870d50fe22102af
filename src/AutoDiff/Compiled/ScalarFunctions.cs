using System.Reflection;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>The functions of a lane of one number, as methods that compiled code calls.</summary>
internal static class ScalarFunctions
{
    /// <summary>The method that computes an instruction other than arithmetic.</summary>
    /// <param name="code">What the instruction computes.</param>
    public static MethodInfo MethodOf(Opcode code) => code switch
    {
        Opcode.IfGreater => ((Func<double, double, double, double, double>)IfGreater).Method,
        Opcode.IfEqual => ((Func<double, double, double, double, double>)IfEqual).Method,
        Opcode.Max => Of(Max),
        Opcode.Min => Of(Min),
        Opcode.MultiplyAdd => ((Func<double, double, double, double>)Math.FusedMultiplyAdd).Method,
        Opcode.Abs => Of(Math.Abs),
        Opcode.Sqrt => Of(Math.Sqrt),
        Opcode.Floor => Of(Math.Floor),
        Opcode.Exp => Of(Exp),
        Opcode.Log => Of(Log),
        Opcode.Sin => Of(Sin),
        Opcode.Cos => Of(Cos),
        Opcode.Tan => Of(Tan),
        Opcode.Asin => Of(Asin),
        Opcode.Acos => Of(Acos),
        Opcode.Atan => Of(Atan),
        Opcode.Sinh => Of(Sinh),
        Opcode.Cosh => Of(Cosh),
        Opcode.Tanh => Of(Tanh),
        Opcode.Pow => Of(Pow),
        Opcode.ExpM1 => Of(ExpM1),
        Opcode.LogP1 => Of(LogP1),
        Opcode.Erf => Of(Erf),
        Opcode.Sigmoid => Of(Sigmoid),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No function computes this."),
    };

    private static MethodInfo Of(Func<double, double> function) => function.Method;

    private static MethodInfo Of(Func<double, double, double> function) => function.Method;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double IfGreater(double a, double b, double then, double otherwise) =>
        ScalarLane<double>.IfGreater(new(a), new(b), new(then), new(otherwise)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double IfEqual(double a, double b, double then, double otherwise) =>
        ScalarLane<double>.IfEqual(new(a), new(b), new(then), new(otherwise)).Value;

    private static double Max(double a, double b) => ScalarLane<double>.Max(new(a), new(b)).Value;

    private static double Min(double a, double b) => ScalarLane<double>.Min(new(a), new(b)).Value;

    private static double Exp(double a) => ScalarLane<double>.Exp(new(a)).Value;

    private static double Log(double a) => ScalarLane<double>.Log(new(a)).Value;

    private static double Sin(double a) => ScalarLane<double>.Sin(new(a)).Value;

    private static double Cos(double a) => ScalarLane<double>.Cos(new(a)).Value;

    private static double Tan(double a) => ScalarLane<double>.Tan(new(a)).Value;

    private static double Asin(double a) => ScalarLane<double>.Asin(new(a)).Value;

    private static double Acos(double a) => ScalarLane<double>.Acos(new(a)).Value;

    private static double Atan(double a) => ScalarLane<double>.Atan(new(a)).Value;

    private static double Sinh(double a) => ScalarLane<double>.Sinh(new(a)).Value;

    private static double Cosh(double a) => ScalarLane<double>.Cosh(new(a)).Value;

    private static double Tanh(double a) => ScalarLane<double>.Tanh(new(a)).Value;

    private static double Pow(double a, double b) => ScalarLane<double>.Pow(new(a), new(b)).Value;

    private static double ExpM1(double a) => Lane.ExpM1(new ScalarLane<double>(a)).Value;

    private static double LogP1(double a) => Lane.LogP1(new ScalarLane<double>(a)).Value;

    private static double Erf(double a) => Lane.Erf(new ScalarLane<double>(a)).Value;

    private static double Sigmoid(double a) => Lane.Sigmoid(new ScalarLane<double>(a)).Value;
}
