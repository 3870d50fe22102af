using System.Buffers.Binary;

namespace ConservativeAD.Networks;

/// <summary>
/// Numbers of bfloat16, the upper halves of floats (8 bits of exponent, 7 of fraction), as they stand in files. The runtime has no type for them.
/// </summary>
internal static class BFloat16Bits
{
    public const string Name = "BF16";

    private const int Dropped = 16;
    private const uint HalfUnit = 0x7FFF;
    private const ushort QuietNan = 0x0040;

    /// <summary>The numbers of little-endian bytes; each is exactly a float.</summary>
    public static float[] Read(ReadOnlySpan<byte> bytes)
    {
        float[] numbers = new float[bytes.Length / sizeof(ushort)];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]) << Dropped);
        return numbers;
    }

    /// <summary>The bytes of numbers, each rounded once to the nearest, ties to even.</summary>
    public static byte[] Write(ReadOnlySpan<double> numbers)
    {
        byte[] bytes = new byte[numbers.Length * sizeof(ushort)];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), Rounded(numbers[i]));
        return bytes;
    }

    private static ushort Rounded(double number)
    {
        // Rounding to float first would round twice; a float that is inexact therefore gets an odd last bit, which no tie has.
        float near = (float)number;
        uint bits = BitConverter.SingleToUInt32Bits(near);
        if (float.IsNaN(near))
            return (ushort)((bits >> Dropped) | QuietNan);
        if (near != number && (bits & 1) == 0)
            bits = Math.Abs((double)near) < Math.Abs(number) ? bits + 1 : bits - 1;
        return (ushort)((bits + HalfUnit + ((bits >> Dropped) & 1)) >> Dropped);
    }
}
