using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The inner product of two long vectors. The sums of blocks of fixed length are added in order, so the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class InnerProduct
{
    /// <summary>Shorter products go to the matrix product, in which an element has the same bits as inside a larger product.</summary>
    public const int ShortestLength = 4096;

    private const int BlockLength = 1 << 14;

    /// <summary>Σ x[i]·y[i].</summary>
    /// <typeparam name="U">float or double.</typeparam>
    /// <param name="pool">The threads, or null.</param>
    /// <param name="x">The first vector.</param>
    /// <param name="y">The second.</param>
    /// <param name="count">Their length.</param>
    public static U Of<U>(WorkerPool? pool, U* x, U* y, int count)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int blocks = Partition.Count(count, BlockLength);
        U* partials = (U*)NativeMemory.Alloc((nuint)blocks, (nuint)sizeof(U));
        Block<U> body = new(x, y, count, partials);
        if (pool is null || blocks == 1)
        {
            for (int block = 0; block < blocks; block++)
                body.Run(block);
        }
        else
        {
            pool.For(blocks, body);
        }

        U total = U.Zero;
        for (int block = 0; block < blocks; block++)
            total += partials[block];
        NativeMemory.Free(partials);
        return total;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static U Sum<U>(U* x, U* y, int count)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        Vector<U> s0 = default, s1 = default, s2 = default, s3 = default;
        int lanes = Vector<U>.Count, i = 0;
        for (; i <= count - (4 * lanes); i += 4 * lanes)
        {
            s0 = MultiplyAdd(Vector.Load(x + i), Vector.Load(y + i), s0);
            s1 = MultiplyAdd(Vector.Load(x + i + lanes), Vector.Load(y + i + lanes), s1);
            s2 = MultiplyAdd(Vector.Load(x + i + (2 * lanes)), Vector.Load(y + i + (2 * lanes)), s2);
            s3 = MultiplyAdd(Vector.Load(x + i + (3 * lanes)), Vector.Load(y + i + (3 * lanes)), s3);
        }

        for (; i <= count - lanes; i += lanes)
            s0 = MultiplyAdd(Vector.Load(x + i), Vector.Load(y + i), s0);
        U total = Vector.Sum(s0 + s1 + (s2 + s3));
        for (; i < count; i++)
            total = U.FusedMultiplyAdd(x[i], y[i], total);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<U> MultiplyAdd<U>(Vector<U> x, Vector<U> y, Vector<U> sum)
        where U : unmanaged => typeof(U) == typeof(float)
            ? Vector.FusedMultiplyAdd(x.As<U, float>(), y.As<U, float>(), sum.As<U, float>()).As<float, U>()
            : Vector.FusedMultiplyAdd(x.As<U, double>(), y.As<U, double>(), sum.As<U, double>()).As<double, U>();

    private readonly struct Block<U>(U* x, U* y, int count, U* partials) : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * BlockLength;
            partials[part] = Sum(x + first, y + first, Math.Min(BlockLength, count - first));
        }
    }
}
