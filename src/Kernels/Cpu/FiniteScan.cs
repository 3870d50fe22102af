using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Tests whether all numbers of an array are finite by the bits of their exponents, in one pass at memory speed.</summary>
internal static unsafe class FiniteScan
{
    /// <summary>True only if every element is finite. For a view with gaps, the whole block that it spans is tested.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="array">The array.</param>
    public static bool IsFinite<T>(in NDArray<T> array)
        where T : unmanaged
    {
        if (array.Count == 0)
            return true;
        long span = 1;
        for (int axis = 0; axis < array.Shape.Rank; axis++)
        {
            if (array.Stride(axis) < 0)
                return false;
            span += (long)(array.Shape[axis] - 1) * array.Stride(axis);
        }

        return IsFinite(MapLoop.Pointer(array), (nint)span);
    }

    /// <summary>Whether contiguous numbers are all finite.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="x">The first.</param>
    /// <param name="count">The number of elements.</param>
    public static bool IsFinite<T>(T* x, nint count)
        where T : unmanaged
    {
        if (sizeof(T) == sizeof(double))
            return IsFiniteByBits<ulong>((ulong*)x, count, 0x7FF0_0000_0000_0000);
        return sizeof(T) == sizeof(float) ? IsFiniteByBits<uint>((uint*)x, count, 0x7F80_0000u) : IsFiniteByBits<ushort>((ushort*)x, count, 0x7C00);
    }

    /// <summary>Whether all numbers of a strided matrix are finite.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="x">The first.</param>
    /// <param name="rows">Lines.</param>
    /// <param name="columns">Numbers of a line.</param>
    /// <param name="stride">Stride between lines.</param>
    public static bool IsFinite<T>(T* x, int rows, int columns, nint stride)
        where T : unmanaged =>
        sizeof(T) == sizeof(double)
        ? AreFiniteByBits<ulong>((ulong*)x, rows, columns, stride, 0x7FF0_0000_0000_0000)
        : AreFiniteByBits<uint>((uint*)x, rows, columns, stride, 0x7F80_0000u);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool AreFiniteByBits<TBits>(TBits* x, int rows, int columns, nint stride, TBits exponent)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        Vector<TBits> mask = Vector.Create(exponent), found = default;
        for (int row = 0; row < rows; row++, x += stride)
        {
            int i = 0;
            for (; i <= columns - Vector<TBits>.Count; i += Vector<TBits>.Count)
                found |= Vector.Equals(Vector.Load(x + i) & mask, mask);
            for (; i < columns; i++)
            {
                if ((x[i] & exponent) == exponent)
                    return false;
            }
        }

        return found == Vector<TBits>.Zero;
    }

    // A number is infinite or NaN if all bits of its exponent are set.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsFiniteByBits<TBits>(TBits* x, nint count, TBits exponent)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        Vector<TBits> mask = Vector.Create(exponent), first = default, second = default;
        nint i = 0, lanes = Vector<TBits>.Count;
        for (; i <= count - (2 * lanes); i += 2 * lanes)
        {
            first |= Vector.Equals(Vector.Load(x + i) & mask, mask);
            second |= Vector.Equals(Vector.Load(x + i + lanes) & mask, mask);
        }

        for (; i < count; i++)
        {
            if ((x[i] & exponent) == exponent)
                return false;
        }

        return (first | second) == Vector<TBits>.Zero;
    }
}
