using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The sum of squares in double: any thread sums a block of fixed length, and the sums of the blocks are added in order.</summary>
internal static unsafe class SquareSum
{
    private const int BlockLength = 1 << 14;

    public static double Run<T>(CpuDevice device, WorkerPool pool, in NDArray<T> x)
        where T : unmanaged
    {
        int count = x.Count;
        int blocks = (int)(((long)count + BlockLength - 1) / BlockLength);
        if (blocks <= 1)
            return Block(MapLoop.Pointer(x), count);
        NDArray<double> sums = device.Allocate<double>([blocks]);
        double* partial = MapLoop.Pointer(sums);
        pool.For(blocks, new Job<T>(MapLoop.Pointer(x), partial, count));
        double total = 0;
        for (int block = 0; block < blocks; block++)
            total += partial[block];
        device.Return(sums);
        return total;
    }

    private readonly struct Job<T>(T* x, double* sums, int count) : IParallelBody
        where T : unmanaged
    {
        public void Run(int part)
        {
            int start = part * BlockLength;
            sums[part] = Block(x + start, Math.Min(BlockLength, count - start));
        }
    }

    private static double Block<T>(T* x, int count)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return Doubles((double*)x, count);
        if (typeof(T) == typeof(float))
            return Floats((float*)x, count);
        return Halves((Half*)x, count);
    }

    private static double Doubles(double* x, int count)
    {
        Vector<double> sum = default;
        int lanes = Vector<double>.Count;
        int i = 0;
        for (; i <= count - lanes; i += lanes)
        {
            Vector<double> value = Vector.Load(x + i);
            sum += value * value;
        }

        double total = Vector.Sum(sum);
        for (; i < count; i++)
            total += x[i] * x[i];
        return total;
    }

    private static double Floats(float* x, int count)
    {
        Vector<double> lowSum = default;
        Vector<double> highSum = default;
        int lanes = Vector<float>.Count;
        int i = 0;
        for (; i <= count - lanes; i += lanes)
        {
            Vector.Widen(Vector.Load(x + i), out Vector<double> low, out Vector<double> high);
            lowSum += low * low;
            highSum += high * high;
        }

        double total = Vector.Sum(lowSum + highSum);
        for (; i < count; i++)
            total += (double)x[i] * x[i];
        return total;
    }

    [SkipLocalsInit]
    private static double Halves(Half* x, int count)
    {
        float* chunk = stackalloc float[Widening.ChunkLength];
        double total = 0;
        for (int start = 0; start < count; start += Widening.ChunkLength)
        {
            int n = Math.Min(Widening.ChunkLength, count - start);
            Widening.Load(x + start, 1, chunk, n);
            total += Floats(chunk, n);
        }

        return total;
    }
}
