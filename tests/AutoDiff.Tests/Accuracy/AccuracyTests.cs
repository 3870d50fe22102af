using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>The largest errors are those that docs/numbers.md states, on a part of the arguments that its table was made with.</summary>
public class AccuracyTests
{
    // Of results below the smallest normal number, in units of the smallest subnormal one.
    private const double LargestTinyError = 2;
    private const int Samples = 60;

    public static TheoryData<string> Names => [.. ElementaryFunctions.All.Select(function => function.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void NoErrorIsLargerThanTheTableSays(string name)
    {
        Assert.True(AccuracyTable.Read(File.ReadAllText(Path.Combine(Repository.Root, "docs", "numbers.md")))
            .TryGetValue(name, out double[]? row), $"docs/numbers.md has no row for {name}; `benchmarks -- ulps` writes it.");
        ElementaryFunction function = ElementaryFunctions.All.Single(one => one.Name == name);
        foreach (Arithmetic arithmetic in Enum.GetValues<Arithmetic>())
        {
            AccuracyTable.Errors errors = AccuracyTable.Measure(function, arithmetic, Samples);
            (double value, double slope) = AccuracyTable.Bounds(row!, arithmetic);
            Assert.True(errors.Value.Units <= value, $"{name}, {arithmetic}: {errors.Value.Units:G3} ulp at {errors.Value.At:R}; the table says {value}.");
            Assert.True(errors.Slope.Units <= slope, $"{name}', {arithmetic}: {errors.Slope.Units:G3} ulp at {errors.Slope.At:R}; the table says {slope}.");
            Assert.True(errors.Tiny.Units <= LargestTinyError,
                $"{name}, {arithmetic}: {errors.Tiny.Units:G3} of the smallest subnormal number at {errors.Tiny.At:R}; the page says {LargestTinyError}.");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnElementsBitsDoNotDependOnItsNeighbours(string name)
    {
        // A neighbour outside the ordinary range may switch a whole vector to another method.
        ElementaryFunction function = ElementaryFunctions.All.Single(one => one.Name == name);
        double[] neighbours = [1e30, double.NaN, double.NegativeInfinity, -1e-41, 300_000, -2000, 0.3, -90, 60];
        foreach (Arithmetic arithmetic in (Arithmetic[])[Arithmetic.Single, Arithmetic.Double])
        {
            double[] alone = new double[8], values = new double[8], slopes = new double[8], besideValues = new double[8], besideSlopes = new double[8];
            for (int i = 0; i < 300; i++)
            {
                double x = (float)Math.ScaleB(Math.Sin(i), i % 9);
                Array.Fill(alone, x);
                function.Rule.Evaluate(arithmetic, alone, values, slopes);
                Array.Fill(alone, neighbours[i % neighbours.Length]);
                alone[0] = x;
                function.Rule.Evaluate(arithmetic, alone, besideValues, besideSlopes);
                Assert.True(values[0].Equals(besideValues[0])
                    && slopes[0].Equals(besideSlopes[0]), $"{name}, {arithmetic}, at {x:R} beside {neighbours[i % neighbours.Length]}");
            }
        }
    }

    [Fact]
    public void EveryOperationOfOneArgumentIsInTheTable()
    {
        Type[] rules = [.. typeof(Tape<>).Assembly.GetTypes()
            .Where(type => type is { IsValueType: true, IsGenericType: false } && type.GetInterfaces().Any(IsUnaryRule))];
        Assert.Empty(rules.Except(ElementaryFunctions.All.Select(function => function.Rule.Type)).Select(type => type.Name));
    }

    [Fact]
    public void TheReferenceKnowsWhatIsKnown()
    {
        // Digits of e, log 10, erf 1 and Φ(−20) from tables, and identities.
        Assert.Equal("2718281828459045235360287471352662497757", Digits(BigFunctions.Exp(1), 39));
        Assert.Equal("2302585092994045684017991454684364207601", Digits(BigFunctions.Log(10), 39));
        Assert.Equal("8427007929497148693412206350826092592960", Digits(BigFunctions.Erf(1), 40));
        Assert.Equal(2.7536241186062336951e-89, BigFunctions.Normal(-20).ToDouble(), 1e-104);
        BigReal tiny = BigFunctions.Sin(1e300) * BigFunctions.Sin(1e300) + (BigFunctions.Cos(1e300) * BigFunctions.Cos(1e300)) - 1;
        Assert.True(tiny.Magnitude < -170);
        Assert.Equal(-0.8178819121159085, BigFunctions.Sin(1e300).ToDouble());
    }

    private static bool IsUnaryRule(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IUnaryRule<>);

    private static string Digits(BigReal x, int decimals)
    {
        for (int i = 0; i < decimals; i++)
            x *= 10;
        return BigReal.Reduce(x - 0.5, 1, out _).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
