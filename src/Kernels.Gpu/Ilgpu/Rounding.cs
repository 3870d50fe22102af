using ILGPU.IR.Intrinsics;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Sums, differences and products, each rounded once. ILGPU simplifies arithmetic by the rules of real numbers: x + 0 becomes x, 0 − x becomes −x, and
/// (x·a)·b becomes x·(a·b), which loses the sign of 0 and changes roundings. It does not simplify these methods, because the intrinsics of
/// <see cref="GpuPlatform"/> emit them as instructions of the GPU's language.
/// </summary>
internal static class Rounding
{
    /// <summary>a + b.</summary><param name="a">Summand.</param><param name="b">Summand.</param>
    [IntrinsicImplementation]
    public static float Add(float a, float b) => a + b;

    /// <summary>a + b.</summary><param name="a">Summand.</param><param name="b">Summand.</param>
    [IntrinsicImplementation]
    public static double Add(double a, double b) => a + b;

    /// <summary>a − b.</summary><param name="a">Minuend.</param><param name="b">Subtrahend.</param>
    [IntrinsicImplementation]
    public static float Subtract(float a, float b) => a - b;

    /// <summary>a − b.</summary><param name="a">Minuend.</param><param name="b">Subtrahend.</param>
    [IntrinsicImplementation]
    public static double Subtract(double a, double b) => a - b;

    /// <summary>a·b.</summary><param name="a">Factor.</param><param name="b">Factor.</param>
    [IntrinsicImplementation]
    public static float Multiply(float a, float b) => a * b;

    /// <summary>a·b.</summary><param name="a">Factor.</param><param name="b">Factor.</param>
    [IntrinsicImplementation]
    public static double Multiply(double a, double b) => a * b;

    /// <summary>a·b + c.</summary><param name="a">Factor.</param><param name="b">Factor.</param><param name="c">Summand.</param>
    [IntrinsicImplementation]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>a·b + c.</summary><param name="a">Factor.</param><param name="b">Factor.</param><param name="c">Summand.</param>
    [IntrinsicImplementation]
    public static double MultiplyAdd(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);
}
