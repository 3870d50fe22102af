using ConservativeAD.Auditor.Programs;
using ConservativeAD.Auditor.Questions;
using ConservativeAD.Auditor.Reference;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Auditor;

/// <summary>The reference itself: its numbers, its functions, and its slopes against differences of its own values in high precision.</summary>
public class ReferenceTests
{
    private const long MaximumOfExponent = 1_000_000_000_000;
    private const int Trials = 400;

    [Fact]
    public void WideNumbersKeepAHundredBits()
    {
        Random random = new(1);
        for (int trial = 0; trial < Trials; trial++)
        {
            Wide x = Any(random, 3), y = Any(random, 3);
            AssertNear((x + y) - y, x, 95, Wide.Abs(x) + Wide.Abs(y));
            AssertNear(x * y / y, x, 98, x);
            AssertNear(Wide.Sqrt(x * x), Wide.Abs(x), 98, x);
            AssertNear(Wide.Log(Wide.Exp(x)), x, 94, Wide.Abs(x) + 1);
            AssertNear(Wide.LogP1(Wide.ExpM1(x)), x, 90, Wide.Abs(x) * (1 + Wide.Exp(-x)));
            (Wide sin, Wide cos) = Wide.SinCos(x);
            AssertNear((sin * sin) + (cos * cos), 1, 95, 1);
            AssertNear(Wide.Atan(sin / cos) - x, Wide.Pi * Wide.Floor(((Wide.Atan(sin / cos) - x) / Wide.Pi) + 0.5), 90, 8);
            AssertNear(Wide.Erf(x) + Wide.Erfc(x), 1, 95, 1);
        }

        // √π and erf(1) from tables.
        AssertNear(Wide.Erf(1), (Wide)0.8427007929497149 - 1.3e-17, 55, 1);
        AssertNear(Wide.Erfc(4), Wide.One - Wide.Erf(4 - 1e-300), 95, 1);
        AssertNear(Wide.Erfc(Wide.One * 4), (Wide)1.541725790028002e-8, 50, 1.5e-8);
    }

    [Fact]
    public void WideFunctionsAreThoseOfTheRuntimeToItsLastBits()
    {
        Random random = new(2);
        for (int trial = 0; trial < Trials; trial++)
        {
            double x = Any(random, 40).ToDouble();
            foreach ((double own, double runtime) in ((double, double)[])
            [
                (Wide.Exp(x).ToDouble(), Math.Exp(x)),
                (Wide.Log(Math.Abs(x)).ToDouble(), Math.Log(Math.Abs(x))),
                (Wide.SinCos(x).Sin.ToDouble(), Math.Sin(x)),
                (Wide.SinCos(x).Cos.ToDouble(), Math.Cos(x)),
                (Wide.Atan(x).ToDouble(), Math.Atan(x)),
                (Wide.ExpM1(x).ToDouble(), double.ExpM1(x)),
                (Wide.SinCos(x * 1e200).Sin.ToDouble(), Math.Sin(x * 1e200)),
            ])
                Assert.Equal(runtime, own, 1e-14 * Math.Abs(runtime));
        }
    }

    [Fact]
    public void SlopesAreDifferencesOfValues()
    {
        int compared = 0;
        for (int index = 0; index < 6000; index++)
        {
            AuditProgram program = Audit.Program(77, index);
            if (program.Point.Any(x => !double.IsFinite(x) || Math.Abs(x) is >= 100 or (> 0 and < 1e-3)))
                continue;

            // An ordinary point near the drawn one.
            Random random = new(index);
            double[] point = Array.ConvertAll(program.Point, x => x + 0.11 + (0.01 * random.NextDouble()));
            Germ? value = Run(program, [.. point.Select((x, i) => Germ.Variable(x, [], i, point.Length))]);
            if (value?.Slopes(point.Length) is not { } slopes || slopes.Any(slope => slope is null))
                continue;

            // Exponentials beyond e^(10¹²) are cut off: their differences are 0.
            if (slopes.Any(slope => slope!.Value.Value.Exponent > MaximumOfExponent))
                continue;
            for (int i = 0; i < point.Length; i++)
            {
                Wide? Moved(Wide by) => Run(program, [.. point.Select((x, k) => Germ.Of((Ball)(k == i ? x + by : (Wide)x)))])?.Limit()?.Value;

                // A kink or a jump may lie within a long step, and rounding weighs on a short one.
                List<string> quotients = [];
                bool agrees = false;
                foreach (int places in (int[])[24, 40, 56])
                {
                    Wide step = Wide.One.Shifted(-places);
                    if (Moved(step) is not { } ahead || Moved(-step) is not { } back || Moved(step / 2) is not { } half || Moved(-step / 2) is not { } halfBack)
                        continue;
                    Wide coarse = (ahead - back) / (2 * step), fine = (half - halfBack) / step, bend = Wide.Abs(coarse - fine),
                        extrapolated = fine + ((fine - coarse) / 3);
                    Wide tolerance = (bend * 1e-3) + (Wide.Abs(extrapolated) * 1e-13) + 1e-18 + Wide.Abs(ahead).Shifted(places - 88);
                    agrees |= Wide.Abs(extrapolated - slopes[i]!.Value.Value) <= tolerance && bend <= (Wide.Abs(fine) * 1e-3) + 1e-12;
                    quotients.Add(extrapolated.ToString());
                }

                compared += agrees ? 1 : 0;
                Assert.True(agrees
                    || quotients.Count == 0,
                    $"#{index} {program.ToCSharp()} moved to ({NumberText.Of(point)}): slope {slopes[i]!.Value.Value}, differences "
                        + $"{string.Join(", ", quotients)}");
            }
        }

        Assert.True(compared > 2000, $"{compared} slopes were compared.");
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(-1, 0, -1)]
    public void AGermDecidesByTheFirstOrderThatDiffers(double direction, double value, double slope)
    {
        Germ x = Germ.Variable(0, [(1, direction)], 0, 1);
        Germ root = Germ.Sqrt(x * x);
        Assert.Equal(value, root.Limit()!.Value.Value.ToDouble());
        Assert.Equal(slope, root.Slopes(1)![0]!.Value.Value.ToDouble(), 1e-15);
        Assert.Null(Germ.Sqrt(Germ.Abs(x)).Slopes(1)![0]);
        Assert.True((Germ.One / x).IsUnbounded());
        Assert.Equal(Kind.MinusGrowth, Germ.Log(Germ.Abs(x)).Kind);
        Assert.Equal(0, Germ.Exp(-Germ.One / (x * x)).Limit()!.Value.Value.ToDouble());
    }

    // The auditor detects any difference in a program whose engine side computes something else.
    [Fact]
    public void PlantedLiesAreFound()
    {
        (Func<Active[], Active> Said, Func<Germ[], Germ> Meant, double[] Point)[] lies =
        [
            (x => 2 * x[0], x => x[0], [0]),
            (x => Active.Abs(x[0]), x => x[0], [0]),
            (x => x[0], x => Germ.Abs(x[0]), [0]),
            (x => x[0], x => Germ.Sqrt(Germ.Abs(x[0])), [0]),
            (x => x[0], x => x[0] + (Germ.Sign(x[0]) > 0 ? Germ.One : Germ.Zero), [0]),
            (x => x[0], x => Germ.One / x[0], [0]),
            (x => x[0], x => Germ.Log(x[0]), [0]),
            (x => Active.Max(x[0], x[1]), x => Germ.Min(x[0], x[1]), [1, 1]),
            (x => 1e-300 * x[0], x => Germ.Of(2e-300) * x[0], [1]),
        ];
        foreach ((Func<Active[], Active> said, Func<Germ[], Germ> meant, double[] point) in lies)
            Assert.Contains(Asked.About(new Planted(point, said, meant), 3), verdict => verdict.Outcome == Outcome.False);
        Assert.All(Asked.About(new Planted([1, 1], x => Active.Max(x[0], x[1]), x => Germ.Max(x[0], x[1])), 3),
            verdict => Assert.Equal(Outcome.Right, verdict.Outcome));
    }

    private static Germ? Run(AuditProgram program, Germ[] x)
    {
        Precision.Begin();
        try
        {
            return program.Run(x);
        }
        catch (UndecidedException)
        {
            return null;
        }
    }

    private static Wide Any(Random random, double size) => (Wide)((random.NextDouble() - 0.5) * 2 * size) + ((random.NextDouble() - 0.5) * 1e-17);

    private static void AssertNear(Wide actual, Wide expected, int bits, Wide scale) =>
        Assert.True(Wide.Abs(actual - expected) <= Wide.Abs(scale).Shifted(-bits), $"{actual} instead of {expected}, apart by {actual - expected}");

    private sealed record Planted(double[] Point, Func<Active[], Active> Said, Func<Germ[], Germ> Meant) : AuditProgram(Point)
    {
        public override IEnumerable<string> Names => [];

        public override Objective ToObjective() => Objective.OfScalars(Said);

        public override Germ Run(Germ[] x) => Meant(x);

        public override bool Throws() => false;

        public override IEnumerable<AuditProgram> Smaller() => [];

        public override string ToCSharp() => "planted";
    }
}
