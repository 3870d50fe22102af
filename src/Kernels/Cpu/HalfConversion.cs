using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Converts Half to float exactly, and float to Half rounded to nearest even: with the processor's instructions where they can be reached
/// (<see cref="HalfInstructions"/>), and with integer arithmetic on vectors elsewhere. The bits equal those of converting the numbers one by one.
/// </summary>
internal static unsafe class HalfConversion
{
    private const int Lanes = 16;

    /// <summary>Widens.</summary>
    /// <param name="source">Halves, as bits.</param>
    /// <param name="destination">As many floats.</param>
    /// <param name="count">The number of elements.</param>
    public static void ToSingle(ushort* source, float* destination, int count)
    {
        if (!HalfInstructions.IsSupported)
        {
            ToSingleByIntegers(source, destination, count);
            return;
        }

        int groups = count / HalfInstructions.Group, done = groups * HalfInstructions.Group, rest = count - done;
        if (groups > 0)
            HalfInstructions.Widen(source, destination, groups);
        if (rest > 0)
        {
            ushort* last = stackalloc ushort[HalfInstructions.Group];
            float* wide = stackalloc float[HalfInstructions.Group];
            Unsafe.CopyBlockUnaligned(last, source + done, (uint)(rest * sizeof(ushort)));
            HalfInstructions.Widen(last, wide, 1);
            Unsafe.CopyBlockUnaligned(destination + done, wide, (uint)(rest * sizeof(float)));
        }
    }

    /// <summary>Narrows.</summary>
    /// <param name="source">Floats.</param>
    /// <param name="destination">As many halves, as bits.</param>
    /// <param name="count">The number of elements.</param>
    public static void ToHalf(float* source, ushort* destination, int count)
    {
        if (!HalfInstructions.IsSupported)
        {
            ToHalfByIntegers(source, destination, count);
            return;
        }

        int groups = count / HalfInstructions.Group, done = groups * HalfInstructions.Group, rest = count - done;
        if (groups > 0)
            HalfInstructions.Narrow(source, destination, groups);
        if (rest > 0)
        {
            float* last = stackalloc float[HalfInstructions.Group];
            ushort* narrow = stackalloc ushort[HalfInstructions.Group];
            Unsafe.CopyBlockUnaligned(last, source + done, (uint)(rest * sizeof(float)));
            HalfInstructions.Narrow(last, narrow, 1);
            Unsafe.CopyBlockUnaligned(destination + done, narrow, (uint)(rest * sizeof(ushort)));
        }
    }

    /// <summary>Widens with integer arithmetic, with the bits of <see cref="ToSingle"/>.</summary>
    internal static void ToSingleByIntegers(ushort* source, float* destination, int count)
    {
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            Vector512<ushort> halves = Vector512.Load(source + i);
            if (Vector512.GreaterThanOrEqualAny(halves & Vector512.Create((ushort)0x7fff), Vector512.Create((ushort)0x7c00)))
            {
                // Infinities and NaN.
                for (int lane = i; lane < i + (2 * Lanes); lane++)
                    destination[lane] = (float)BitConverter.UInt16BitsToHalf(source[lane]);
                continue;
            }

            WidenNumbers(halves.GetLower()).Store(destination + i);
            WidenNumbers(halves.GetUpper()).Store(destination + i + Lanes);
        }

        for (; i < count; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Narrows with integer arithmetic, with the bits of <see cref="ToHalf"/>.</summary>
    internal static void ToHalfByIntegers(float* source, ushort* destination, int count)
    {
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector512<uint> bits = Vector512.Load((uint*)source + i);
            Vector512<uint> magnitude = bits & Vector512.Create(0x7fffffffu);
            if (Vector512.GreaterThanOrEqualAny(magnitude, Vector512.Create(0x477ff000u)))
            {
                // Infinities, NaN and numbers that round to infinity.
                for (int lane = i; lane < i + Lanes; lane++)
                    destination[lane] = BitConverter.HalfToUInt16Bits((Half)source[lane]);
                continue;
            }

            // From 2⁻¹⁴ a half is normal: another exponent, ten bits kept. Below, it counts multiples of 2⁻²⁴, as the last bits of a float from ½ to 1 do.
            Vector512<uint> even = (magnitude >>> 13) & Vector512<uint>.One;
            Vector512<uint> normal = (magnitude - Vector512.Create(0x38000000u - 0xfffu) + even) >>> 13;
            Vector512<uint> subnormal = (magnitude.AsSingle() + Vector512.Create(0.5f)).AsUInt32() - Vector512.Create(0x3f000000u);
            Vector512<uint> rounded = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(0x38800000u)), subnormal, normal);
            Narrow(rounded | ((bits >>> 16) & Vector512.Create(0x8000u))).Store(destination + i);
        }

        for (; i < count; i++)
            destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Narrow(Vector512<uint> wide) =>
    Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(wide) : Vector256.Narrow(wide.GetLower(), wide.GetUpper());

    // The sign moves to the top bit, and an arithmetic shift moves it down three places with the other bits; a factor of 2¹¹² corrects the exponent, also for
    // subnormal numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WidenNumbers(Vector256<ushort> halves)
    {
        Vector512<uint> bits = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(halves)
            : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        Vector512<uint> placed = ((bits << 16).AsInt32() >> 3).AsUInt32() & Vector512.Create(0x8fffe000u);
        return placed.AsSingle() * Vector512.Create(5.192296858534828e33f);
    }
}
