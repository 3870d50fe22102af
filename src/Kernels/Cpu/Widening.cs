using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Converts elements between their storage type and the type of the arithmetic: float for Half, the same type for float and double.
/// </summary>
internal static unsafe class Widening
{
    /// <summary>The number of elements staged at a time: few enough for the first-level cache and the stack.</summary>
    public const int ChunkLength = 512;

    /// <summary>Reads <paramref name="count"/> elements at a stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T, U>(T* source, int stride, U* destination, int count)
        where T : unmanaged
        where U : unmanaged
    {
        if (typeof(T) == typeof(U))
        {
            U* from = (U*)source;
            if (stride == 1)
                Unsafe.CopyBlockUnaligned(destination, from, (uint)(count * sizeof(U)));
            else
                for (int i = 0; i < count; i++)
                    destination[i] = from[(nint)i * stride];
        }
        else
        {
            Half* from = (Half*)source;
            float* to = (float*)destination;
            if (stride == 1)
                HalfConversion.ToSingle((ushort*)from, to, count);
            else
                for (int i = 0; i < count; i++)
                    to[i] = (float)from[(nint)i * stride];
        }
    }

    /// <summary>Writes <paramref name="count"/> elements at a stride, rounding once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, U>(U* source, T* destination, int stride, int count)
        where T : unmanaged
        where U : unmanaged
    {
        if (typeof(T) == typeof(U))
        {
            U* to = (U*)destination;
            if (stride == 1)
                Unsafe.CopyBlockUnaligned(to, source, (uint)(count * sizeof(U)));
            else
                for (int i = 0; i < count; i++)
                    to[(nint)i * stride] = source[i];
        }
        else
        {
            float* from = (float*)source;
            Half* to = (Half*)destination;
            if (stride == 1)
                HalfConversion.ToHalf(from, (ushort*)to, count);
            else
                for (int i = 0; i < count; i++)
                    to[(nint)i * stride] = (Half)from[i];
        }
    }
}
