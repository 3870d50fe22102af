using System.Numerics;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A million updates of 1024 variables at random places, with one operation per statement, to measure the bare tape.</summary>
internal readonly struct RandomUpdates : IScalarProgram
{
    private const int Variables = 1024;
    private const int Updates = 1_000_000;

    public static string Name => "single";

    public static string Title => "random updates of 1024 variables";

    public static int Operations => 4_001_024;

    public static double[] Input()
    {
        Pcg32 random = new(23);
        return [.. Enumerable.Range(0, 2 * Variables).Select(i => i < Variables ? 0.5 + random.Uniform() : 0.25 + (0.5 * random.Uniform()))];
    }

    public static T Run<T>(T[] x)
        where T : struct, IFloatingPointIeee754<T>
    {
        T[] values = x[..Variables], factors = x[Variables..];
        T shift = T.CreateTruncating(1e-6);
        uint state = 12345;
        for (int update = 0; update < Updates; update++)
        {
            state = (state * 1664525u) + 1013904223u;
            uint first = state >> 22, second = (state >> 12) & 1023, target = (state >> 2) & 1023;
            T difference = values[first] - values[second];
            T product = difference * factors[target];
            T sum = product + values[second];
            values[target] = sum + shift;
        }

        T total = T.Zero;
        for (int i = 0; i < values.Length; i++)
            total += values[i] * T.CreateTruncating(Math.Cos(i));
        return total;
    }
}
