using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>Copies between arrays of a device and doubles on the host. Factorisations are computed there, in double, for every element type and
/// device.</summary>
internal static class HostArrays
{
    /// <summary>Copies an array, in row-major order.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="array">The array.</param>
    /// <param name="numbers">As many numbers.</param>
    public static void Read<T>(in NDArray<T> array, Span<double> numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            array.CopyTo(MemoryMarshal.Cast<double, T>(numbers));
            return;
        }

        T[] elements = ArrayPool<T>.Shared.Rent(array.Count);
        array.CopyTo(elements);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = double.CreateTruncating(elements[i]);
        ArrayPool<T>.Shared.Return(elements);
    }

    /// <summary>Writes numbers to an array, rounded once.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="numbers">As many numbers as the array has elements, in row-major order; they are overwritten.</param>
    /// <param name="array">The array.</param>
    /// <param name="accumulate">Whether to add to the elements.</param>
    public static void Write<T>(Span<double> numbers, in NDArray<T> array, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] elements = typeof(T) == typeof(double) && !accumulate ? [] : ArrayPool<T>.Shared.Rent(array.Count);
        if (accumulate)
        {
            array.CopyTo(elements);
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] += double.CreateTruncating(elements[i]);
        }

        if (typeof(T) == typeof(double))
        {
            array.CopyFrom(MemoryMarshal.Cast<double, T>(numbers));
        }
        else
        {
            for (int i = 0; i < numbers.Length; i++)
                elements[i] = T.CreateTruncating(numbers[i]);
            array.CopyFrom(elements.AsSpan(0, numbers.Length));
        }

        if (elements.Length > 0)
            ArrayPool<T>.Shared.Return(elements);
    }

    /// <summary>Keeps doubles in memory of the tape, bit for bit, whatever its element type.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="recording">The recording.</param>
    /// <param name="numbers">The numbers.</param>
    public static NDArray<T> Keep<T>(in Recording<T> recording, ReadOnlySpan<double> numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> elements = MemoryMarshal.Cast<double, T>(numbers);
        NDArray<T> kept = recording.Rent(Shape.Of(elements.Length));
        kept.CopyFrom(elements);
        return kept;
    }

    /// <summary>Reads numbers that were kept.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="kept">The memory of the tape.</param>
    /// <param name="numbers">The numbers.</param>
    public static void Restore<T>(in NDArray<T> kept, Span<double> numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => kept.CopyTo(MemoryMarshal.Cast<double, T>(numbers));

    /// <summary>Whether all numbers are finite.</summary>
    /// <param name="numbers">The numbers.</param>
    public static bool AreFinite(ReadOnlySpan<double> numbers) => TensorPrimitives.IsFiniteAll(numbers);
}
