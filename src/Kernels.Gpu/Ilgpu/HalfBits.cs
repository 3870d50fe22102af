using ILGPU;
using ILGPU.IR.Intrinsics;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>
/// Converts Half to float and back, rounding to nearest even. CUDA has an instruction for each (<see cref="PtxInstructions"/>); other GPUs use integer
/// arithmetic.
/// </summary>
internal static class HalfBits
{
    // The bits, as floats, of the smallest normal Half, 2⁻¹⁴, and of the smallest number that rounds to infinity, 65520.
    private const uint SmallestNormal = 0x38800000;
    private const uint RoundsToInfinity = 0x477FF000;

    /// <summary>The float with the value of a Half.</summary><param name="bits">The bits of the Half.</param>
    [IntrinsicImplementation]
    public static float ToSingle(ushort bits) => SingleByBits(bits);

    /// <summary>The Half nearest to a float.</summary><param name="value">The float.</param>
    [IntrinsicImplementation]
    public static ushort FromSingle(float value) => HalfByBits(value);

    /// <summary><see cref="ToSingle"/> in integer arithmetic.</summary><param name="bits">The bits of the Half.</param>
    public static float SingleByBits(ushort bits)
    {
        uint sign = (uint)(bits & 0x8000) << 16, magnitude = (uint)(bits & 0x7FFF);
        if (magnitude >= 0x7C00)
            return Interop.IntAsFloat(sign | 0x7F800000 | ((magnitude & 0x3FF) << 13));
        if (magnitude >= 0x400)
            return Interop.IntAsFloat(sign | ((magnitude << 13) + 0x38000000));
        // Subnormal: a multiple of 2⁻²⁴.
        float value = magnitude * 5.9604644775390625e-8f;
        return sign != 0 ? -value : value;
    }

    /// <summary><see cref="FromSingle"/> in integer arithmetic.</summary><param name="value">The float.</param>
    public static ushort HalfByBits(float value)
    {
        uint bits = Interop.FloatAsInt(value), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7FFFFFFF;
        if (magnitude > 0x7F800000)
            return (ushort)(sign | 0x7E00 | ((magnitude >> 13) & 0x3FF));
        if (magnitude >= RoundsToInfinity)
            return (ushort)(sign | 0x7C00);
        if (magnitude >= SmallestNormal)
        {
            uint rounded = magnitude - 0x38000000 + 0xFFF + ((magnitude >> 13) & 1);
            return (ushort)(sign | (rounded >> 13));
        }

        // Adding ½ leaves the multiple of 2⁻²⁴, rounded to even, in the low bits of the sum.
        uint units = Interop.FloatAsInt(Interop.IntAsFloat(magnitude) + 0.5f) - 0x3F000000;
        return (ushort)(sign | units);
    }
}
