using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Counts the elements that a function maps to something other than 0; the count is exact for any element type.</summary>
internal static unsafe class CountLoop
{
    public static long Run<T, TMap>(TMap map, in NDArray<T> x)
        where T : unmanaged
        where TMap : struct, IUnaryMap => typeof(T) == typeof(double) ? Run<T, double, TMap>(map, x) : Run<T, float, TMap>(map, x);

    /// <summary>The zeros among contiguous numbers.</summary>
    public static long Zeros<U>(U* x, int count)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        // Counts in the numbers' own type are exact up to 2²⁴ in a lane.
        Vector<U> found = Vector<U>.Zero;
        int i = 0;
        for (; i <= count - Vector<U>.Count; i += Vector<U>.Count)
            found += Vector.ConditionalSelect(Vector.Equals(Vector.Load(x + i), Vector<U>.Zero), Vector<U>.One, Vector<U>.Zero);
        long zeros = long.CreateTruncating(Vector.Sum(found));
        for (; i < count; i++)
            zeros += x[i] == U.Zero ? 1 : 0;
        return zeros;
    }

    [SkipLocalsInit]
    private static long Run<T, U, TMap>(TMap map, in NDArray<T> x)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TMap : struct, IUnaryMap
    {
        if (x.Count == 0)
            return 0;
        StridedLoop loop = default;
        loop.Begin(x.Shape);
        loop.Add(0, x);
        loop.Coalesce(1);
        T* source = MapLoop.Pointer(x);
        U* chunk = stackalloc U[Widening.ChunkLength];
        int lanes = Vector<U>.Count;
        int stride = loop.InnerStride(0);
        long count = 0;
        for (int outer = 0; outer < loop.OuterCount; outer++)
        {
            T* row = source + loop.OuterOffset(outer, 0);
            for (int first = 0; first < loop.InnerLength; first += Widening.ChunkLength)
            {
                int n = Math.Min(Widening.ChunkLength, loop.InnerLength - first);
                U* values = (U*)(row + first);
                if (typeof(T) != typeof(U) || stride != 1)
                {
                    Widening.Load(row + ((nint)first * stride), stride, chunk, n);
                    values = chunk;
                }

                // The comparison gives −1 (all bits set) in every lane that is 0; integers of the lane's size sum these.
                Vector<int> zeros = Vector<int>.Zero;
                Vector<long> wideZeros = Vector<long>.Zero;
                int i = 0;
                for (; i <= n - lanes; i += lanes)
                {
                    Vector<U> isZero = Vector.Equals(map.Invoke(new VectorLane<U>(Vector.Load(values + i))).Value, Vector<U>.Zero);
                    if (sizeof(U) == sizeof(int))
                        zeros += isZero.As<U, int>();
                    else
                        wideZeros += isZero.As<U, long>();
                }

                count += i + Vector.Sum(zeros) + Vector.Sum(wideZeros);
                if (i < n)
                {
                    Vector<U> rest = default;
                    Unsafe.CopyBlockUnaligned(&rest, values + i, (uint)((n - i) * sizeof(U)));
                    Vector<U> marks = map.Invoke(new VectorLane<U>(rest)).Value;
                    for (int lane = 0; lane < n - i; lane++)
                        count += marks[lane] == U.Zero ? 0 : 1;
                }
            }
        }

        return count;
    }
}
