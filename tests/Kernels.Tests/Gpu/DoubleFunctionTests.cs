using ConservativeAD.Kernels.Ilgpu;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>The elementary functions of GPUs against those of .NET, in units of the last place.</summary>
public class DoubleFunctionTests
{
    private static readonly double[] Special = [0, -0.0, 1, -1, 0.5, -0.5, 2, -2, double.Epsilon, -double.Epsilon, 1e-310, 1e308, -1e308, 1e-160,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    public static TheoryData<string, double, double, double> Functions => new()
    {
        { nameof(Math.Exp), -745, 709.7, 2 },
        { nameof(Math.Log), 0, 3, 2 },
        { nameof(Math.Log), 0, 1e300, 2 },
        { nameof(Math.Sin), -20, 20, 3 },
        { nameof(Math.Sin), -1e9, 1e9, 3 },
        { nameof(Math.Cos), -20, 20, 3 },
        { nameof(Math.Cos), -1e9, 1e9, 3 },
        { nameof(Math.Tan), -20, 20, 4 },
        { nameof(Math.Atan), -2, 2, 3 },
        { nameof(Math.Atan), -1e5, 1e5, 3 },
        { nameof(Math.Asin), -1, 1, 5 },
        { nameof(Math.Acos), -1, 1, 5 },
        { nameof(Math.Sinh), -2, 2, 4 },
        { nameof(Math.Sinh), -710, 710, 4 },
        { nameof(Math.Cosh), -2, 2, 4 },
        { nameof(Math.Cosh), -710, 710, 4 },
        { nameof(Math.Tanh), -3, 3, 4 },
        { nameof(Math.Tanh), -400, 400, 4 },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void FunctionsAreAccurate(string function, double low, double high, double units)
    {
        (Func<double, double> exact, Func<double, double> ours) = Pair(function);
        double[] arguments = new double[200_000];
        new Philox(3, 1).Uniform<double>(arguments, low, high);
        foreach (double x in arguments)
            AssertNear(exact(x), ours(x), units, $"{function}({x:R})");
    }

    [Theory]
    [InlineData(nameof(Math.Exp))]
    [InlineData(nameof(Math.Log))]
    [InlineData(nameof(Math.Atan))]
    [InlineData(nameof(Math.Asin))]
    [InlineData(nameof(Math.Acos))]
    [InlineData(nameof(Math.Sinh))]
    [InlineData(nameof(Math.Cosh))]
    [InlineData(nameof(Math.Tanh))]
    public void EdgesAreThoseOfDotNet(string function)
    {
        (Func<double, double> exact, Func<double, double> ours) = Pair(function);
        foreach (double x in Special)
            AssertNear(exact(x), ours(x), 4, $"{function}({x:R})");
    }

    [Fact]
    public void SineAndCosineOfWhatHasNoTurnAreNoNumber()
    {
        foreach (double x in (double[])[double.NaN, double.PositiveInfinity, 1e300])
        {
            Assert.True(DoubleLane.IsNaN(DoubleFunctions.Sin(x)) && DoubleLane.IsNaN(DoubleFunctions.Cos(x)) && DoubleLane.IsNaN(DoubleFunctions.Tan(x)));
        }
    }

    [Fact]
    public void PowersAreAccurate()
    {
        double[] bases = new double[200_000], exponents = new double[200_000];
        new Philox(4, 1).Uniform<double>(bases, 0, 4);
        new Philox(4, 2).Uniform<double>(exponents, -300, 300);
        for (int i = 0; i < bases.Length; i++)
            AssertNear(Math.Pow(bases[i], exponents[i]), DoubleFunctions.Pow(bases[i], exponents[i]).Value, 6, $"{bases[i]:R}^{exponents[i]:R}");
    }

    [Fact]
    public void PowersAtEdgesAreThoseOfDotNet()
    {
        double[] exponents = [.. Special, 3, -3, 4, 1e18, -1e18, 9007199254740991, 0.3333];
        foreach (double a in Special.Append(3).Append(-3).Append(0.25))
        {
            foreach (double b in exponents)
                AssertNear(Math.Pow(a, b), DoubleFunctions.Pow(a, b).Value, 3, $"{a:R}^{b:R}");
        }
    }

    [Fact]
    public void SineAndCosineOfHalfTurnsAreAccurate()
    {
        double[] turns = new double[100_000];
        new Philox(5, 1).Uniform<double>(turns, 0, 2);
        foreach (double x in turns)
        {
            double sine = DoubleFunctions.SinCosPi(x, out DoubleLane turned).Value, cosine = turned.Value;
            Assert.True(Math.Abs(sine - double.SinPi(x)) < 4e-16 && Math.Abs(cosine - double.CosPi(x)) < 4e-16, $"{x:R}");
        }
    }

    private static (Func<double, double> Exact, Func<double, double> Ours) Pair(string function) => function switch
    {
        nameof(Math.Exp) => (Math.Exp, x => DoubleFunctions.Exp(x).Value),
        nameof(Math.Log) => (Math.Log, x => DoubleFunctions.Log(x).Value),
        nameof(Math.Sin) => (Math.Sin, x => DoubleFunctions.Sin(x).Value),
        nameof(Math.Cos) => (Math.Cos, x => DoubleFunctions.Cos(x).Value),
        nameof(Math.Tan) => (Math.Tan, x => DoubleFunctions.Tan(x).Value),
        nameof(Math.Atan) => (Math.Atan, x => DoubleFunctions.Atan(x).Value),
        nameof(Math.Asin) => (Math.Asin, x => DoubleFunctions.Asin(x).Value),
        nameof(Math.Acos) => (Math.Acos, x => DoubleFunctions.Acos(x).Value),
        nameof(Math.Sinh) => (Math.Sinh, x => DoubleFunctions.Sinh(x).Value),
        nameof(Math.Cosh) => (Math.Cosh, x => DoubleFunctions.Cosh(x).Value),
        _ => (Math.Tanh, x => DoubleFunctions.Tanh(x).Value),
    };

    private static void AssertNear(double expected, double actual, double units, string where)
    {
        if (expected.Equals(actual))
            return;
        double unit = Math.Max(double.Epsilon, Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected));
        Assert.True(Math.Abs(expected - actual) <= units * unit, $"{where}: {actual:R} is {Math.Abs(expected - actual) / unit} units from {expected:R}");
    }
}
