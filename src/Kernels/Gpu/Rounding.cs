using ILGPU.IR.Intrinsics;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>Products and sums rounded once. Each GPU language has an instruction of its own for it, which the intrinsics of <see cref="GpuPlatform"/> name.</summary>
internal static class Rounding
{
    /// <summary>a·b + c.</summary><param name="a">Factor.</param><param name="b">Factor.</param><param name="c">Summand.</param>
    [IntrinsicImplementation]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>a·b + c.</summary><param name="a">Factor.</param><param name="b">Factor.</param><param name="c">Summand.</param>
    [IntrinsicImplementation]
    public static double MultiplyAdd(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);
}
