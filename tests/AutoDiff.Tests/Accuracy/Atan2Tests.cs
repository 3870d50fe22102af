using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>The angle of a point and its slopes, over all exponents, at zeros of both signs and at infinity.</summary>
public class Atan2Tests
{
    private const double ValueUnits = 3;
    private const double SlopeUnits = 4;
    private const int Samples = 2000;

    private static readonly double[] Ends = [0, -0.0, 1, -1, 3e-25, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    [Fact]
    public void DoublesAreAccurate() => AssertAccurate<double>(53, -1022, 1023);

    [Fact]
    public void FloatsAreAccurate() => AssertAccurate<float>(24, -126, 127);

    [Fact]
    public void TheEndsAreThoseOfDotNet()
    {
        foreach (double y in Ends)
        {
            foreach (double x in Ends)
            {
                double expected = Math.Atan2(y, x);
                (double value, _, _) = At<double>(y, x);
                Assert.True(Math.Abs(value - expected) <= 1e-15 && double.IsNegative(value) == double.IsNegative(expected)
                    || (double.IsNaN(expected) && double.IsNaN(value)), $"atan2({y:R}, {x:R}) is {value:R}, not {expected:R}");
            }
        }
    }

    [Fact]
    public void SlopesNeitherOverflowNorVanish()
    {
        Assert.Equal((1.6e24, -1.2e24), Slopes<float>(3e-25, 4e-25));
        Assert.Equal((1.6e-24, -1.2e-24), Slopes<double>(3e23, 4e23));
        Assert.Equal((0, 0), Slopes<double>(double.PositiveInfinity, 1));
    }

    private static (double First, double Second) Slopes<T>(double y, double x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (_, double first, double second) = At<T>(y, x);
        return (Rounded(first), Rounded(second));
    }

    private static double Rounded(double x) =>
        double.Parse(x.ToString("G5", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    private static void AssertAccurate<T>(int bits, int lowest, int highest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        uint[] words = new uint[4 * Samples];
        new Philox(23, 1).Words(words);
        for (int i = 0; i < Samples; i++)
        {
            double y = Random<T>(words, 4 * i), x = Random<T>(words, (4 * i) + 2);
            if (i % 3 == 0)
                x = double.CreateTruncating(T.CreateTruncating(y * (1 + (words[i] * 1e-9))));
            if (!double.IsFinite(y * 0) || !double.IsFinite(x * 0) || x == 0 || y == 0)
                continue;
            (double value, double first, double second) = At<T>(y, x);
            BigReal square = ((BigReal)x * x) + ((BigReal)y * y);
            AssertNear(BigFunctions.Atan2(y, x), value, ValueUnits, bits, lowest, highest, $"atan2({y:R}, {x:R})");
            AssertNear((BigReal)x / square, first, SlopeUnits, bits, lowest, highest, $"first slope of atan2({y:R}, {x:R})");
            AssertNear(-(BigReal)y / square, second, SlopeUnits, bits, lowest, highest, $"second slope of atan2({y:R}, {x:R})");
        }
    }

    private static double Random<T>(uint[] words, int at) => typeof(T) == typeof(float)
        ? BitConverter.UInt32BitsToSingle(words[at])
        : BitConverter.UInt64BitsToDouble(words[at] | ((ulong)words[at + 1] << 32));

    private static (double Value, double First, double Second) At<T>(double y, double x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Atan2 rule = default;
        VectorLane<T> first = new(Vector.Create(T.CreateTruncating(y))), second = new(Vector.Create(T.CreateTruncating(x)));
        return (Number(rule.Value(first, second)), Number(rule.SlopeOfFirst(first, second)), Number(rule.SlopeOfSecond(first, second)));

        static double Number(VectorLane<T> lane) => double.CreateTruncating(lane.Value[0]);
    }

    private static void AssertNear(BigReal exact, double computed, double units, int bits, int lowest, int highest, string where)
    {
        if (double.IsInfinity(computed))
        {
            Assert.True(exact.Magnitude >= highest && Math.Sign(computed) == exact.Sign, $"{where} is {computed}");
            return;
        }

        BigReal error = BigReal.Scale(BigReal.Abs((BigReal)computed - exact), bits - 1 - Math.Max(exact.Magnitude, lowest));
        Assert.True(error.IsZero || error.ToDouble() <= units, $"{where} is {computed:R}, {error.ToDouble():G3} ulp off");
    }
}
