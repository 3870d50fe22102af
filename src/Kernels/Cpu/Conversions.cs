using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Elements as another type, times a factor.</summary>
internal static unsafe class Conversions
{
    private const int PartLength = 1 << 14;

    /// <summary>Converts.</summary>
    public static void Run<TFrom, TTo>(WorkerPool pool, TFrom* source, TTo* destination, int count, double factor)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo> =>
        pool.For((int)(((long)count + PartLength - 1) / PartLength), new Body<TFrom, TTo>(source, destination, count, factor));

    private readonly struct Body<TFrom, TTo>(TFrom* source, TTo* destination, int count, double factor) : IParallelBody
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        [SkipLocalsInit]
        public void Run(int part)
        {
            float* chunk = stackalloc float[Widening.ChunkLength];
            int end = Partition.End(part, PartLength, count);
            for (int start = part * PartLength; start < end; start += Widening.ChunkLength)
            {
                int n = Math.Min(Widening.ChunkLength, end - start);
                if (typeof(TFrom) == typeof(double) || typeof(TTo) == typeof(double))
                {
                    for (int i = start; i < start + n; i++)
                        destination[i] = TTo.CreateTruncating(double.CreateTruncating(source[i]) * factor);
                    continue;
                }

                Widening.Load(source + start, 1, chunk, n);
                Span<float> values = new(chunk, n);
                if (factor != 1)
                    TensorPrimitives.Multiply(values, (float)factor, values);
                Widening.Store(chunk, destination + start, 1, n);
            }
        }
    }
}
