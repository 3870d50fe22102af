using ILGPU.IR.Intrinsics;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Comparisons of numbers, false if one is NaN. ILGPU inverts a comparison if a constant is on the left or a branch is taken when it is false, and the result
/// for NaN changes: on OpenCL <c>if (x &lt; c)</c> takes the branch, on CUDA <c>c &lt; x</c> is true. It does not transform these methods, because the
/// intrinsics of <see cref="GpuPlatform"/> emit them unchanged.
/// </summary>
internal static class Comparisons
{
    /// <summary>Whether a &gt; b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsGreater(float a, float b) => a > b;

    /// <summary>Whether a &gt; b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsGreater(double a, double b) => a > b;

    /// <summary>Whether a ≥ b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsAtLeast(float a, float b) => a >= b;

    /// <summary>Whether a ≥ b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsAtLeast(double a, double b) => a >= b;

    /// <summary>Whether a = b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsEqual(float a, float b) => a == b;

    /// <summary>Whether a = b.</summary><param name="a">Left side.</param><param name="b">Right side.</param>
    [IntrinsicImplementation]
    public static bool IsEqual(double a, double b) => a == b;
}
