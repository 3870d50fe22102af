using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>Integer conversions of halves give the same results as .NET's.</summary>
public class HalfBitsTests
{
    [Fact]
    public void EveryHalfIsTheFloatThatItIs()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits), actual = HalfBits.SingleByBits((ushort)bits);
            Assert.True(expected.Equals(actual) && float.IsNegative(expected) == float.IsNegative(actual), $"{bits:X4}: {expected} and {actual}");
        }
    }

    [Fact]
    public void EveryFloatBecomesTheNearestHalf()
    {
        // All exponents with many mantissas, and the points halfway between two halves with their neighbours.
        uint[] words = new uint[1 << 16];
        new Philox(5, 1).Words(words);
        for (int i = 0; i < words.Length; i++)
            AssertNearest(BitConverter.UInt32BitsToSingle(words[i]));
        for (int bits = 0; bits < 0x7BFF; bits++)
        {
            float middle = ((float)BitConverter.UInt16BitsToHalf((ushort)bits) + (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1))) / 2;
            AssertNearest(middle);
            AssertNearest(MathF.BitIncrement(middle));
            AssertNearest(-MathF.BitDecrement(middle));
        }

        foreach (float value in (float[])[65504, 65519.996f, 65520, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0, -0f,
            float.Epsilon])
            AssertNearest(value);
    }

    private static void AssertNearest(float value)
    {
        Half expected = (Half)value, actual = BitConverter.UInt16BitsToHalf(HalfBits.HalfByBits(value));
        Assert.True(expected.Equals(actual)
            && (Half.IsNaN(expected) || Half.IsNegative(expected) == Half.IsNegative(actual)), $"{value:R}: {expected} and {actual}");
    }
}
