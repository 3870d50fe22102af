using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Maxima and minima of vector lanes have the bits of .NET's, also of both zeros, infinities and NaN.</summary>
public class VectorExtremeTests
{
    private static readonly double[] Numbers =
        [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 5e-324, -5e-324, 1e-45, -1e-45, 3.5, -3.5,
            double.MaxValue, double.MinValue];

    [Fact]
    public void FloatsAreThoseOfDotNet() => Check(number => (float)number, number => BitConverter.SingleToUInt32Bits(number));

    [Fact]
    public void DoublesAreThoseOfDotNet() => Check(number => number, number => BitConverter.DoubleToUInt64Bits(number));

    private static void Check<U>(Func<double, U> from, Func<U, ulong> bits)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        foreach (double first in Numbers)
        {
            foreach (double second in Numbers)
            {
                U a = from(first), b = from(second);
                VectorLane<U> x = new(Vector.Create(a)), y = new(Vector.Create(b));
                AssertSame(U.Max(a, b), VectorLane<U>.Max(x, y).Value, $"max({first}, {second})");
                AssertSame(U.Min(a, b), VectorLane<U>.Min(x, y).Value, $"min({first}, {second})");
            }
        }

        void AssertSame(U expected, Vector<U> actual, string what)
        {
            for (int i = 0; i < Vector<U>.Count; i++)
                Assert.True((U.IsNaN(expected) && U.IsNaN(actual[i])) || bits(expected) == bits(actual[i]), $"{what} is {actual[i]}, not {expected}.");
        }
    }
}
