using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Fills arrays from <see cref="Philox"/> on several threads. A value depends only on its index, so the split does not change the result.</summary>
internal static unsafe class RandomFill
{
    private const int PartLength = 1 << 14;

    /// <summary>Uniform values in [low, high).</summary>
    public static void Uniform<T>(WorkerPool pool, Philox random, T* values, nint count, T low, T high, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(pool, Kind.Uniform, random, values, count, low, high, 0, offset);

    /// <summary>Normal values.</summary>
    public static void Normal<T>(WorkerPool pool, Philox random, T* values, nint count, T mean, T deviation, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(pool, Kind.Normal, random, values, count, mean, deviation, 0, offset);

    /// <summary>Values that are 1 with a given probability, and otherwise 0.</summary>
    public static void Bernoulli<T>(WorkerPool pool, Philox random, T* values, nint count, double probability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(pool, Kind.Bernoulli, random, values, count, default, default, probability, offset);

    /// <summary>Values that are 0 with a given probability, and otherwise 1 / (1 − probability).</summary>
    public static void DropoutMask<T>(WorkerPool pool, Philox random, T* mask, nint count, double dropProbability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(pool, Kind.DropoutMask, random, mask, count, default, default, dropProbability, offset);

    private static void Run<T>(WorkerPool pool, Kind kind, Philox random, T* values, nint count, T first, T second, double probability, ulong offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var body = new Body<T>(kind, random, values, count, first, second, probability, offset);

        // An empty fill checks the arguments here, so that the caller gets the original exception.
        body.Fill([], offset);
        pool.For((int)((count + PartLength - 1) / PartLength), body);
    }

    private enum Kind
    {
        Uniform,
        Normal,
        Bernoulli,
        DropoutMask,
    }

    private readonly struct Body<T>(Kind kind, Philox random, T* values, nint count, T first, T second, double probability, ulong offset) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            nint start = (nint)part * PartLength;
            Fill(new Span<T>(values + start, (int)nint.Min(PartLength, count - start)), offset + (ulong)start);
        }

        public void Fill(Span<T> span, ulong index)
        {
            switch (kind)
            {
                case Kind.Uniform: random.Uniform(span, first, second, index); break;
                case Kind.Normal: random.Normal(span, first, second, index); break;
                case Kind.Bernoulli: random.Bernoulli(span, probability, index); break;
                default: random.DropoutMask(span, probability, index); break;
            }
        }
    }
}
