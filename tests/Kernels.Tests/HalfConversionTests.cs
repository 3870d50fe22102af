using ConservativeAD.Kernels.Cpu;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Tests;

/// <summary>The vector conversions give the bits of the conversions one by one.</summary>
public unsafe class HalfConversionTests
{
    // The way that this machine takes, and the one by integers that others take.
    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public void EveryHalfWidensExactly(bool byIntegers)
    {
        ushort[] halves = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        float[] floats = new float[halves.Length];
        fixed (ushort* from = halves)
        fixed (float* to = floats)
        {
            if (byIntegers)
                HalfConversion.ToSingleByIntegers(from, to, halves.Length);
            else
                HalfConversion.ToSingle(from, to, halves.Length);
        }

        for (int i = 0; i < halves.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(halves[i]);
            if (float.IsNaN(expected))
                Assert.True(float.IsNaN(floats[i]));
            else
                Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(floats[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void FloatsNarrowToTheNearestHalf(bool byIntegers)
    {
        // Every half, its neighbours among the floats, the midpoints between halves and their neighbours, and random bits.
        List<float> cases = [];
        for (int i = 0; i < 1 << 16; i++)
        {
            float half = (float)BitConverter.UInt16BitsToHalf((ushort)i), next = (float)BitConverter.UInt16BitsToHalf((ushort)Math.Min(i + 1, 0xffff));
            float middle = (float)(((double)half + next) / 2);
            cases.AddRange([half, MathF.BitIncrement(half), MathF.BitDecrement(half), middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle)]);
        }

        Random random = new(1);
        for (int i = 0; i < 500_000; i++)
            cases.Add(BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)));
        // Also among ordinary neighbours only.
        cases.AddRange(cases.Where(x => Math.Abs(x) is >= 6.1035156e-5f and < 65520).ToArray());
        float[] floats = [.. cases];
        ushort[] halves = new ushort[floats.Length];
        fixed (float* from = floats)
        fixed (ushort* to = halves)
        {
            if (byIntegers)
                HalfConversion.ToHalfByIntegers(from, to, floats.Length);
            else
                HalfConversion.ToHalf(from, to, floats.Length);
        }

        for (int i = 0; i < floats.Length; i++)
        {
            Half expected = (Half)floats[i], actual = BitConverter.UInt16BitsToHalf(halves[i]);
            if (BitConverter.HalfToUInt16Bits(expected) != BitConverter.HalfToUInt16Bits(actual) && !(Half.IsNaN(expected) && Half.IsNaN(actual)))
                Assert.Fail($"{floats[i]:R} became {actual}, not {expected}.");
        }
    }

    [Fact]
    public void RowsOfAnyLengthConvertAndNothingElseIsWritten()
    {
        for (int count = 0; count < 100; count++)
        {
            ushort[] halves = [.. Enumerable.Range(0, count).Select(i => BitConverter.HalfToUInt16Bits((Half)(i - 50.5)))];
            float[] floats = [.. Enumerable.Repeat(7f, 100)];
            ushort[] back = [.. Enumerable.Repeat((ushort)7, 100)];
            fixed (ushort* from = halves)
            fixed (float* wide = floats)
            fixed (ushort* to = back)
            {
                HalfConversion.ToSingle(from, wide, count);
                HalfConversion.ToHalf(wide, to, count);
            }

            Assert.Equal([.. Enumerable.Range(0, 100).Select(i => i < count ? i - 50.5f : 7f)], floats);
            Assert.Equal(halves.Concat(Enumerable.Repeat((ushort)7, 100 - count)), back);
        }
    }

    // Numbers from 2⁻⁸ to 2⁸: adding them in another order rounds differently.
    [Fact]
    public void SumsOfHalvesAreThoseOfTheirFloatsInTheSameOrder()
    {
        using Device device = Device.Cpu(2);
        foreach (int count in (int[])[.. Enumerable.Range(0, 140), 511, 512, 513, 544, 1000, (1 << 14) - 1, 1 << 14, (1 << 14) + 33, 70_001])
        {
            Half[] numbers = [.. Enumerable.Range(0, count).Select(i => (Half)(Math.Sin(i) * Math.Pow(2, i * 7 % 17 - 8)))];
            NDArray<Half> halves = device.Array<Half>(new Shape([count]), numbers), sum = device.Allocate<Half>(new Shape([1]));
            NDArray<float> floats = device.Array<float>(new Shape([count]), [.. numbers.Select(number => (float)number)]);
            NDArray<float> exact = device.Allocate<float>(new Shape([1]));
            device.Reduce(default(Sum), halves, sum);
            device.Reduce(default(Sum), floats, exact);
            Half[] actual = new Half[1];
            float[] expected = new float[1];
            device.CopyToHost(sum, actual);
            device.CopyToHost(exact, expected);
            Assert.Equal((Half)expected[0], actual[0]);
        }
    }

    [Fact]
    public void TheProcessorsInstructionsAreUsedWhereItHasThem() =>
        Assert.Equal(OperatingSystem.IsLinux() && System.Runtime.Intrinsics.X86.Avx2.IsSupported, HalfInstructions.IsSupported);
}
