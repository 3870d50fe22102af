using System.Numerics;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A bubble sort of 500 numbers by minima and maxima, then a hundred rounds of |v − max| along a ring.</summary>
internal readonly struct SortingNetwork : IScalarProgram
{
    private const int Numbers = 500;
    private const int Rounds = 100;

    public static string Name => "sortnet";

    public static string Title => "sorting network of minima and maxima, 500 numbers";

    public static int Operations => 451_000;

    public static double[] Input()
    {
        Pcg32 random = new(17);
        return [.. Enumerable.Range(0, Numbers).Select(_ => random.Uniform())];
    }

    public static T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>
    {
        T[] sorted = [.. x];
        for (int i = 0; i < Numbers - 1; i++)
        {
            for (int j = 0; j < Numbers - 1 - i; j++)
                (sorted[j], sorted[j + 1]) = (T.Min(sorted[j], sorted[j + 1]), T.Max(sorted[j], sorted[j + 1]));
        }

        T sum = T.Zero;
        for (int i = 0; i < Numbers; i++)
            sum += T.CreateTruncating(Math.Cos(0.1 * i)) * sorted[i];
        Pcg32 random = new(19);
        T[] ring = [.. x], next = new T[Numbers];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Numbers; i++)
            {
                T larger = T.Max(ring[(i + 1) % Numbers], ring[(i + Numbers - 1) % Numbers]);
                next[i] = T.Abs(ring[i] - larger) + T.CreateTruncating(0.5 * random.Uniform());
            }

            (ring, next) = (next, ring);
        }

        foreach (T value in ring)
            sum += value;
        return sum;
    }
}
