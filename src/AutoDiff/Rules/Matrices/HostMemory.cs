using System.Buffers;

namespace ConservativeAD.Rules;

/// <summary>Numbers on the host for a computation on matrices. They come from a pool, so that repeated computations allocate nothing.</summary>
/// <param name="count">The number of numbers that can be taken.</param>
internal ref struct HostMemory(long count)
{
    private readonly double[] numbers = ArrayPool<double>.Shared.Rent(checked((int)count));
    private int taken;

    /// <summary>Takes the next numbers; they are not initialised.</summary>
    /// <param name="count">Their number.</param>
    public Span<double> Take(int count)
    {
        Span<double> part = numbers.AsSpan(taken, count);
        taken += count;
        return part;
    }

    /// <summary>Takes the next numbers and copies an array to them.</summary>
    /// <typeparam name="T">The element type of the array.</typeparam>
    /// <param name="array">The array.</param>
    public Span<double> Take<T>(in Kernels.NDArray<T> array)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Span<double> part = Take(array.Count);
        HostArrays.Read(array, part);
        return part;
    }

    /// <summary>Returns the numbers to the pool.</summary>
    public readonly void Dispose() => ArrayPool<double>.Shared.Return(numbers);
}
