using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Values and slopes of elementwise operations at the ends of their domains, at both zeros, at infinities and at NaN.</summary>
public class ElementwiseValueTests
{
    private const double Infinity = double.PositiveInfinity;
    private static readonly double[] Special =
    [
        0, -0.0, 0.3, -0.3, 0.5, -0.5, 1.5, 2.5, -2.5, 3.5, 1, -1, 7, 0.49999999999999994, -0.49999999999999994, 4503599627370495.5, 4503599627370497, 1e300,
            -1e300, double.Epsilon, -double.Epsilon, double.MaxValue, Infinity, -Infinity, double.NaN,
    ];

    [Fact]
    public void RoundingHasTheBitsOfDotNet()
    {
        AssertBits(Special, x => x.Ceiling(), Math.Ceiling);
        AssertBits(Special, x => x.Truncate(), Math.Truncate);
        AssertBits(Special, x => x.Round(), Math.Round);
        AssertBits(Special, x => x.Fraction(), x => x - Math.Truncate(x));
    }

    [Fact]
    public void RoundingHasTheBitsOfDotNetInSmallerTypes()
    {
        float[] singles = [.. Special[..^1].Select(x => (float)x), 8388607.5f, -8388606.5f, 0.49999997f];
        using Tape<float> tape = new();
        Var<float> values = tape.Variable([singles.Length], singles);
        Assert.Equal(singles.Select(x => MathF.Round(x)).Select(BitConverter.SingleToUInt32Bits),
            values.Round().ToArray().Select(BitConverter.SingleToUInt32Bits));
        Half[] halves = [.. Special[..^1].Select(x => (Half)x), (Half)1023.5, (Half)(-1022.5)];
        using Tape<Half> small = new();
        Var<Half> h = small.Variable([halves.Length], halves);
        Assert.Equal(halves.Select(x => Half.Round(x)).Select(BitConverter.HalfToUInt16Bits), h.Round().ToArray().Select(BitConverter.HalfToUInt16Bits));
    }

    [Fact]
    public void EndsOfDomains()
    {
        AssertValues(x => x.ReciprocalSqrt(), [4, 0, -0.0, Infinity, -1], [0.5, Infinity, -Infinity, 0, double.NaN]);
        AssertValues(x => x.Logit(), [0.5, 0, 1, -0.1, 1.1, Infinity], [0, -Infinity, Infinity, double.NaN, double.NaN, double.NaN]);
        AssertValues(x => x.Sinc(), [0, -0.0, 1, -2, 0.5, 1e300], [1, 1, 0, 0, 2 / Math.PI, 0]);
        AssertValues(x => x.Softsign(), [0, 1, -3, Infinity, -Infinity, double.MaxValue], [0, 0.5, -0.75, 1, -1, 1]);
        AssertValues(x => x.Mish(), [0, Infinity, -Infinity, 1000], [0, Infinity, 0, 1000]);
        AssertValues(x => x.Celu(2), [0, 3, -Infinity, Infinity], [0, 3, -2, Infinity]);
        AssertValues(x => x.Selu(), [1, -Infinity], [1.0507009873554805, -1.7580993408473766]);
        AssertValues(x => x.Softplus(20.0), [1e308, -1e308, 0], [1e308, 0, Math.Log(2) / 20]);
        AssertValues(x => x.HardShrink(), [0.5, -0.5, 0.6, -0.6, 0.1, double.NaN, -Infinity], [0, 0, 0.6, -0.6, 0, double.NaN, -Infinity]);
        AssertValues(x => x.Threshold(1, 20), [1, 1.5, 0, double.NaN, Infinity, -Infinity], [20, 1.5, 20, double.NaN, Infinity, 20]);
        AssertValues(x => x.Threshold(1, 1), [1, 1.5, 0, double.NaN], [1, 1.5, 1, double.NaN]);
        AssertValues(x => x.NanToNumber(), [double.NaN, Infinity, -Infinity, 5, -0.0], [0, double.MaxValue, double.MinValue, 5, -0.0]);
        AssertValues(x => x.NanToNumber(1, 2, 3), [double.NaN, Infinity, -Infinity], [1, 2, 3]);
        Assert.Equal([1.0, 0, 0, 0], Slopes(x => x.NanToNumber(), [5, Infinity, -Infinity, double.NaN]));
        Assert.Equal([0.0, 1], Slopes(x => x.Threshold(1, 1), [1, 2]));
        using Tape<Half> tape = new();
        Assert.Equal([Half.MaxValue, Half.MinValue], tape.Variable([2], [Half.PositiveInfinity, Half.NegativeInfinity]).NanToNumber().ToArray());
        Assert.Equal((Half)5000, tape.Variable([1], [(Half)5000]).Softplus(20.0).ToArray()[0]);
    }

    [Fact]
    public void ValuesAndSlopesFromClosedForms()
    {
        AssertClose(x => x.Mish(), [-20, -1, 0.5, 3], [-4.122307240628761e-8, -0.3034014613741089, 0.37524521130489513, 2.9865350049679575], 2e-15);
        AssertClose(x => x.Logit(), [1e-10, 0.25, 0.5000001, 0.75], [-23.025850929840455, -1.0986122886681098, 4.0000000000000533e-7, 1.0986122886681098],
            1e-9);
        Assert.Equal(0.6, Slopes(x => x.Mish(), [0])[0], 1e-16);
        Assert.Equal(0.0, Slopes(x => x.Sinc(), [0])[0]);
        Assert.Equal(-Math.PI * Math.PI * 1e-9 / 3, Slopes(x => x.Sinc(), [1e-9])[0], 1e-23);
        Assert.Equal(-4 / Math.PI, Slopes(x => x.Sinc(), [0.5])[0], 1e-15);
        Assert.Equal(-4 / Math.PI, Slopes(x => x.Sinc(), [Math.BitIncrement(0.5)])[0], 1e-14);
    }

    [Fact]
    public void GammaFunctionsAndTheInverseOfErf()
    {
        AssertValues(x => x.LogGamma(), [1, 2, 0, -0.0, -1, -7, Infinity, -Infinity, 1e306, -1e307, double.NaN],
            [0, 0, Infinity, Infinity, Infinity, Infinity, Infinity, Infinity, Infinity, Infinity, double.NaN]);
        AssertClose(x => x.LogGamma(), [0.5, -0.5, 171.5, 1e305, 1e-300, -1e-300, 5e-324],
            [0.5723649429247001, 1.2655121234846454, 709.1431630309282, 7.01288453363184e307, 690.7755278982137, 690.7755278982137, 744.4400719213812], 1e-15);
        AssertValues(x => x.Digamma(), [0, -0.0, -1, -2, Infinity, -Infinity, double.NaN],
            [-Infinity, Infinity, double.NaN, double.NaN, Infinity, double.NaN, double.NaN]);
        AssertClose(x => x.Digamma(), [1, 2, 0.5, 10], [-0.5772156649015329, 0.42278433509846713, -1.9635100260214235, 2.2517525890667212], 1e-15);
        Assert.Equal([-0.5772156649015329, Math.PI * Math.PI / 6], [Slopes(x => x.LogGamma(), [1])[0], Slopes(x => x.Digamma(), [1])[0]],
            (a, b) => Math.Abs(a - b) <= 1e-15);

        // log 20! = log Γ(21).
        AssertClose(x => x.LogGamma(), [21], [Math.Log(2432902008176640000)], 1e-15);
        AssertValues(x => x.ErfInverse(), [0, -0.0, 1, -1, 1.5, Infinity, double.NaN], [0, -0.0, Infinity, -Infinity, double.NaN, double.NaN, double.NaN]);
        AssertClose(x => x.ErfInverse(), [0.5, 0.99, -0.999999999999, 0.75, 1e-300],
            [0.47693627620446987, 1.8213863677184496, -5.042031898572697, 0.8134198475976185, 8.862269254527581e-301], 2e-15);
        Assert.Equal([0.886226925452758, Infinity], Slopes(x => x.ErfInverse(), [0, 1]));
        double[] points = [.. Enumerable.Range(1, 60).Select(i => -3 + (i * 0.1))];
        using Tape<double> tape = new();
        double[] around = tape.Variable([60], points).Erf().ErfInverse().ToArray();
        for (int i = 0; i < 60; i++)
            Assert.Equal(points[i], around[i], 1e-15 * Math.Exp(points[i] * points[i]));
    }

    [Fact]
    public void LogAddExpKnowsInfinities()
    {
        double[] x = [-Infinity, Infinity, Infinity, -Infinity, 1000, 0, double.NaN, 1], y = [-Infinity, Infinity, -Infinity, 3, 1000, 0, 1, double.NaN];
        AssertPairs((a, b) => a.LogAddExp(b), x, y,
            [-Infinity, Infinity, Infinity, 3, 1000 + Math.Log(2), Math.Log(2), double.NaN, double.NaN]);
        (double[] first, double[] second) = PairSlopes((a, b) => a.LogAddExp(b), [0, 800, -Infinity], [0, 0, 0]);
        Assert.Equal([0.5, 1, 0], first);
        Assert.Equal(0.5, second[0]);
        Assert.Equal(1, second[2]);
    }

    [Fact]
    public void ZeroTimesALogarithmIsZero()
    {
        double[] x = [0, 0, 0, 0, -0.0, 2, 2, 2, double.NaN], y = [0, -1, Infinity, double.NaN, 3, 0, 1, -1, 1];
        AssertPairs((a, b) => a.XLogY(b), x, y, [0, 0, 0, double.NaN, 0, -Infinity, 0, double.NaN, double.NaN]);
        (_, double[] second) = PairSlopes((a, b) => a.XLogY(b), [0, 0, 2], [0, 5, 4]);
        Assert.Equal([0, 0, 0.5], second);

        // A constant 0 makes the product 0 for every y; a variable one has an infinite slope.
        Objective constant = Objective.OfTensor(v => v.Tape.Constant([1], [0.0]).XLogY(v).Sum());
        Assert.True(Clarke.Gradient(constant, [0]).Certificate.IsCertified);
        Objective entropy = Objective.OfTensor(v => v.XLogY(v).Sum());
        Assert.False(Clarke.Gradient(entropy, [0]).Certificate.IsCertified);
    }

    [Fact]
    public void RemaindersAreExact()
    {
        List<double> x = [0, -0.0, 5, -5, 5, 6, -6, 1e17, 0.3, 1e40, 4.9e-324, 7e30, Infinity, 3, -3, 1, 0, double.NaN, 1],
            y = [3, 3, 3, 3, -3, 2, 2, 3, 0.1, 7, 1e-323, 3e-17, 3, Infinity, -Infinity, 0, 0, 1, double.NaN];
        Random random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            double divisor = Math.ScaleB(0.5 + random.NextDouble(), random.Next(-20, 20)), quotient = random.Next(1, 1 << 20);
            x.Add(i % 3 == 0 ? quotient * divisor : Math.ScaleB(random.NextDouble() - 0.5, random.Next(-20, 100)));
            y.Add(divisor);
        }

        using Tape<double> tape = new();
        double[] values = tape.Variable([x.Count], [.. x]).Remainder(tape.Variable([y.Count], [.. y])).ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            double right = x[i] % y[i];
            Assert.True((right == values[i] && double.IsNegative(right) == double.IsNegative(values[i])) || (double.IsNaN(right) && double.IsNaN(values[i])),
                $"{x[i]:R} % {y[i]:R} is {right:R} and not {values[i]:R}");
        }

        AssertPairs((a, b) => a.Remainder(b), [7, 1e300], [1e-300, 0.1], [double.NaN, double.NaN]);
        (double[] first, double[] second) = PairSlopes((a, b) => a.Remainder(b), [7, -7, 1, 3], [2, 2, 2, Infinity]);
        Assert.Equal([1.0, 1, 1, 1], first);
        Assert.Equal([-3.0, 3, 0, 0], second);
        Half dividend = (Half)65504, divisorOfHalf = (Half)0.0123f;
        using Tape<Half> small = new();
        Assert.Equal(dividend % divisorOfHalf, small.Variable([1], [dividend]).Remainder(small.Variable([1], [divisorOfHalf])).ToArray()[0]);
        Objective f = Objective.OfTensor(v => v.Slice(0, 0, 1).Remainder(v.Slice(0, 1, 1)).Sum());
        Assert.True(Clarke.Gradient(f, [7, 2]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(f, [0, 2]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(f, [6, 2]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(f, [6, 0]).Certificate.IsCertified);
    }

    [Fact]
    public void MaximaOfNumbersIgnoreNan()
    {
        double[] x = [1, double.NaN, double.NaN, 3, Infinity, -0.0], y = [2, 2, double.NaN, double.NaN, double.NaN, 0];
        AssertPairs((a, b) => a.MaximumNumber(b), x, y, [2, 2, double.NaN, 3, Infinity, 0]);
        AssertPairs((a, b) => a.MinimumNumber(b), x, y, [1, 2, double.NaN, 3, Infinity, -0.0]);
        (double[] first, double[] second) = PairSlopes((a, b) => a.MaximumNumber(b), [1, double.NaN, 3, 2], [2, 2, double.NaN, 2]);
        Assert.Equal([0.0, 0, 1, 1], first);
        Assert.Equal([1.0, 1, 0, 0], second);
    }

    [Fact]
    public void HypotHasTheUnitDiscAtTheOrigin()
    {
        AssertPairs((a, b) => a.Hypot(b), [3, 1e300, -0.0, Infinity, double.NaN], [4, 1e300, 0, 1, 1], [5, 1.4142135623730951e300, 0, Infinity, double.NaN]);
        Objective length = Objective.OfTensor(v => v.Select(0, 0).Hypot(v.Select(0, 1)));
        Assert.True(Clarke.Gradient(length, [0, 0]).Certificate.IsCertified);
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 1], [3, 0]), y = tape.Variable([2], [4, 0]);
        Gradients<double> gradients = tape.Backward(x.Hypot(y).Sum(), Selections.MinimalNorm);
        Assert.Equal([0.6 + 1, 0], gradients[x].ToArray());
    }

    [Fact]
    public void AThresholdOfItselfIsAClampWithTheKinkOfPyTorch()
    {
        Objective kink = Objective.OfTensor(v => v.Threshold(2, 2).Sum()), jump = Objective.OfTensor(v => v.Threshold(2, 0).Sum());
        Assert.True(Clarke.Gradient(kink, [2]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(jump, [2]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(jump, [1]).Certificate.IsCertified);
        Assert.Throws<ArgumentOutOfRangeException>(() => Slopes(x => x.Threshold(double.NaN, 0), [1]));
    }

    [Fact]
    public void PReluTakesASideAndItsSlopeIsNoKinkOfTheOther()
    {
        (double[] ofX, double[] ofSlope) = PairSlopes((x, a) => x.PRelu(a), [-2, 0, 3], [0.25, 0.25, 0.25]);
        Assert.Equal([0.25, 0.25, 1], ofX);
        Assert.Equal([-2, 0, 0], ofSlope);
        using Tape<double> tape = new();
        Var<double> images = tape.Variable([1, 2, 1, 2], [-1, 2, -3, 4]), slope = tape.Variable([2, 1, 1], [0.5, 0.1]);
        Assert.Equal([-0.5, 2, -0.3, 4], images.PRelu(slope).ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([-1.0, -3], tape.Backward(images.PRelu(slope).Sum())[slope].ToArray());
        Objective both = Objective.OfTensor(v => v.Select(0, 0).PRelu(v.Select(0, 1)));
        Assert.True(Clarke.Gradient(both, [0, 0.5]).Certificate.IsCertified);
    }

    [Fact]
    public void GatesHalvesAndInterpolates()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 4], [1, 2, 0, 0, 3, 4, 100, -1000]);
        Assert.Equal([0.5, 1, 3, 0], x.Glu().ToArray());
        Assert.Equal([1, 4], x.Glu(0).Shape.ToArray());
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => tape.Variable([2, 3], new double[6]).Glu()).Message, StringComparison.Ordinal);
        Var<double> a = tape.Variable([2], [1, 8]), b = tape.Variable([2], [5, -8]);
        Assert.Equal([2.0, 4], a.Lerp(b, 0.25).ToArray());
        Assert.Equal(a.ToArray(), a.Lerp(b, 0.0).ToArray());
        Assert.Equal(b.ToArray(), a.Lerp(b, 1.0).ToArray());
        Var<double> weight = tape.Variable([2], [0.25, 0.5]);
        Assert.Equal([4.0, -16], tape.Backward(a.Lerp(b, weight).Sum())[weight].ToArray());
    }

    [Fact]
    public void BadNumbersAreRefused()
    {
        foreach (double number in (double[])[0, -1, double.NaN, Infinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Slopes(x => x.Celu(number), [1]));
            Assert.Throws<ArgumentOutOfRangeException>(() => Slopes(x => x.Softplus(number), [1]));
            Assert.Throws<ArgumentOutOfRangeException>(() => Slopes(x => x.HardShrink(number), [1]));
        }
    }

    private static void AssertBits(double[] points, Func<Var<double>, Var<double>> program, Func<double, double> expected)
    {
        using Tape<double> tape = new();
        double[] values = program(tape.Variable([points.Length], points)).ToArray();
        for (int i = 0; i < points.Length; i++)
        {
            double right = expected(points[i]);
            Assert.True(BitConverter.DoubleToInt64Bits(right) == BitConverter.DoubleToInt64Bits(values[i]) || (double.IsNaN(right) && double.IsNaN(values[i])),
                $"at {points[i]:R}: {values[i]:R} instead of {right:R}");
        }
    }

    private static void AssertValues(Func<Var<double>, Var<double>> program, double[] points, double[] expected)
    {
        using Tape<double> tape = new();
        Assert.Equal(expected, program(tape.Variable([points.Length], points)).ToArray());
    }

    private static void AssertClose(Func<Var<double>, Var<double>> program, double[] points, double[] expected, double tolerance)
    {
        using Tape<double> tape = new();
        double[] values = program(tape.Variable([points.Length], points)).ToArray();
        for (int i = 0; i < points.Length; i++)
            Assert.Equal(expected[i], values[i], tolerance * Math.Abs(expected[i]));
    }

    private static void AssertPairs(Func<Var<double>, Var<double>, Var<double>> program, double[] x, double[] y, double[] expected)
    {
        using Tape<double> tape = new();
        Assert.Equal(expected, program(tape.Variable([x.Length], x), tape.Variable([y.Length], y)).ToArray());
    }

    private static double[] Slopes(Func<Var<double>, Var<double>> program, double[] points)
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([points.Length], points);
        return tape.Backward(program(x).Sum())[x].ToArray();
    }

    private static (double[] First, double[] Second) PairSlopes(Func<Var<double>, Var<double>, Var<double>> program, double[] x, double[] y)
    {
        using Tape<double> tape = new();
        Var<double> first = tape.Variable([x.Length], x), second = tape.Variable([y.Length], y);
        Gradients<double> gradients = tape.Backward(program(first, second).Sum());
        return (gradients[first].ToArray(), gradients[second].ToArray());
    }
}
