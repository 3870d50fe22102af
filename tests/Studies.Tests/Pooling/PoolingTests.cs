using System.Numerics;
using System.Text.Json;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Pooling;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.Pooling;

/// <summary>Ties in max pooling: the published oracles, and bifurcation told apart from rounding.</summary>
public class PoolingTests
{
    [Fact]
    public void ThePublishedOraclesAreExact()
    {
        foreach (PoolingOracle oracle in PoolingOracle.All)
        {
            bool isEqual = oracle.Entries.Distinct().Count() == 1;
            double expected = isEqual
                ? oracle.Precision switch { 16 => -0.00048828125, 32 => 5.960464477539063e-08, _ => 1.1102230246251565e-16 }
                : oracle.At == 0 ? -1.5 : 0;
            Assert.Equal(expected, oracle.Rounded);
            Assert.Equal(isEqual || oracle.At == 0, oracle.IsTied);
            Assert.Equal(isEqual ? PoolingZone.Compensation : oracle.At == 0 ? PoolingZone.Bifurcation : PoolingZone.None, oracle.Zone);
            // The engine may round less, and never more.
            Assert.True(isEqual ? Math.Abs(oracle.Engine) <= Math.Abs(expected) : oracle.Engine == expected, oracle.ToString());
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void EqualBackgroundsTieWithoutAnyChangeOverTheReals(int precision)
    {
        // Windows over a background without strokes have equal entries with equal inputs, so any share of them gives the same gradient of the weights.
        ImageSet digits = StandInDigits.Train(192, TestContext.Current.CancellationToken);
        PoolingOutcome outcome = Test(Settings(digits), digits, precision);
        Assert.Equal((3, 3, 1), (outcome.Batches, outcome.Tied, outcome.NetworksDiffering));
        Assert.Equal(0, outcome.NetworksBifurcating);
        Assert.InRange(outcome.TiedWindows, outcome.Windows / 2, outcome.Windows);
        Assert.InRange(outcome.LargestCompensation, double.Epsilon, 1e-13);
        Assert.Null(outcome.SmallestBifurcation);
        BetaOutcome one = outcome.Betas[0], large = outcome.Betas[2];
        Assert.Equal((3, 0, 0), (one.Differing, one.Bifurcating, one.AboveThreshold));
        // Rounding grows with β, and the published threshold takes it for a difference over the reals.
        Assert.Equal((3, 0, 3, 3), (large.Differing, large.Bifurcating, large.AboveThreshold, large.Misjudged));
    }

    [Fact]
    public void HalvesTieAmongDifferentInputs()
    {
        ImageSet digits = StandInDigits.Train(192, TestContext.Current.CancellationToken);
        PoolingOutcome outcome = Test(Settings(digits), digits, 16);
        Assert.Equal(1, outcome.NetworksBifurcating);
        Assert.All(outcome.Betas, beta => Assert.Equal(3, beta.Bifurcating));
        Assert.True(outcome.SmallestBifurcation > 1e-4);
        Assert.True(outcome.Betas[2].LargestNorm > 100 * outcome.Betas[1].LargestNorm);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void NoiseHasTiesOnlyWhereRelusAreZero(int precision)
    {
        // Without equal inputs, windows tie where all their entries are 0, and there nothing is passed on.
        byte[] pixels = new byte[64 * 28 * 28];
        new Random(5).NextBytes(pixels);
        ImageSet noise = new("noise", true, 1, 28, 10, pixels, [.. Enumerable.Range(0, 64).Select(i => i % 10)]);
        PoolingOutcome outcome = Test(Settings(noise), noise, precision);
        Assert.True(outcome.TiedWindows > 0);
        if (precision == 32)
            Assert.Equal(0, outcome.Betas[0].Differing);
        else
            Assert.Equal(outcome.Betas[0].Differing, outcome.Betas[0].Bifurcating);
    }

    [Fact]
    public void ABifurcationIsOneInEveryPrecision()
    {
        // Two entries tie at the maximum with different inputs: the image is its own mirror image, and so is no filter.
        byte[] pixels = new byte[28 * 28];
        new Random(6).NextBytes(pixels);
        for (int row = 0; row < 28; row++)
        {
            for (int column = 0; column < 14; column++)
                pixels[(row * 28) + 27 - column] = pixels[(row * 28) + column];
        }

        ImageSet mirrored = new("mirrored", true, 1, 28, 10, pixels, [3]);
        foreach (int precision in (int[])[16, 32, 64])
        {
            // A filter that is its own mirror image sees both sides of the middle as equal.
            using Device device = Device.Cpu(1);
            PoolingSettings settings = Settings(mirrored) with { Batch = 1 };
            PoolingOutcome outcome = precision switch
            {
                16 => Mirrored<Half>(settings, mirrored, device),
                32 => Mirrored<float>(settings, mirrored, device),
                _ => Mirrored<double>(settings, mirrored, device),
            };
            Assert.Equal(1, outcome.Betas[0].Bifurcating);
            Assert.Equal(0, outcome.Betas[0].Misjudged);
        }
    }

    [Fact]
    public void WhatIsNotANumberOrBetweenRoundingAndTheRealsIsUndecided()
    {
        (double Apart, PoolingZone Zone)[] expected = [(0, PoolingZone.Compensation), (1e-13, PoolingZone.Compensation), (1e-10, PoolingZone.Undecided),
            (1e-8, PoolingZone.Bifurcation), (double.NaN, PoolingZone.Undecided), (double.PositiveInfinity, PoolingZone.Undecided)];
        Assert.All(expected, row => Assert.Equal(row.Zone, PoolingTest<float>.ZoneOf(row.Apart)));
    }

    [Fact]
    public void RoundingInAGradientThatIsZeroIsNoDifference()
    {
        // The second parameter is a bias before batch normalisation: its gradient is 0 over the reals.
        Assert.InRange(PoolingTest<float>.RelativeDifference([([1, -2], [0, 1e-16]), ([1e-17], [-3e-17])]), 0, 1e-14);
        Assert.InRange(PoolingTest<float>.RelativeDifference([([1, -2], [0, 1e-16]), ([1e-5], [-1e-5])]), 1e-4, 1);
        Assert.True(double.IsNaN(PoolingTest<float>.RelativeDifference([([1], [0]), ([double.NaN], [double.NaN])])));
        Assert.Equal(0, PoolingTest<float>.RelativeDifference([([0], [0])]));
    }

    [Fact]
    public void BiasesBeforeBatchNormalisationDifferByRounding()
    {
        ImageSet shapes = StandInShapes.Train(16, TestContext.Current.CancellationToken);
        PoolingSettings settings = Settings(shapes) with { NetworkName = NetworkName.Vgg11, BatchNorm = true, Batch = 16 };
        PoolingOutcome outcome = Test(settings, shapes, 64);
        Assert.All(outcome.Betas, beta => Assert.Equal(0, beta.Bifurcating));
        Assert.InRange(outcome.LargestCompensation, 0, 1e-12);
    }

    [Fact]
    public void WhatIsSeenIsTheSameWithAnyNumberOfThreads()
    {
        ImageSet digits = StandInDigits.Train(64, TestContext.Current.CancellationToken);
        using Device one = Device.Cpu(1), two = Device.Cpu(2);
        using PoolingTest<float> alone = new(Settings(digits), digits, one), together = new(Settings(digits), digits, two);
        CancellationToken none = TestContext.Current.CancellationToken;
        Assert.Equal(JsonSerializer.Serialize(alone.Test(4, null, none)), JsonSerializer.Serialize(together.Test(4, null, none)));
    }

    [Fact]
    public void AResumedStudyEqualsAnUninterruptedOne()
    {
        using TemporaryFolder folder = new();
        string[] tiny = ["maxpool", "--samples", "96", "--batch", "32", "--networks", "2", "--precisions", "16,32", "--betas", "1,1000", "--epochs", "2",
            "--runs", "2", "--threads", "2", "--json", "--data", "", "--out", folder["out"]];
        string whole = Results(Ran.Program(tiny));
        string journal = folder["out/" + StudyJournal<PoolingSettings, PoolingUnit>.FileName];
        string[] lines = File.ReadAllLines(journal);
        Assert.Equal(1 + (2 * 2) + (2 * 3 * 2), lines.Length);
        File.WriteAllText(journal, string.Join('\n', lines[..6]) + "\n" + lines[6][..20]);
        Assert.Equal(whole, Results(Ran.Program([.. tiny, "--resume"])));
        Assert.Equal(lines.Length, File.ReadAllLines(journal).Length);
        foreach (string name in (string[])["results.json", "oracles.csv", "zones.csv", "training.csv", "zones.png", "zones.svg", "training.png", "report.html"])
            Assert.True(new FileInfo(folder["out/" + name]).Length > 0, name);
    }

    [Theory]
    [InlineData("--runs", "maxpool", "--runs", "3")]
    [InlineData("--batch-norm", "maxpool", "--batch-norm")]
    [InlineData("'x'", "maxpool", "--betas", "1,x")]
    [InlineData("'resnet18'", "maxpool", "--network", "resnet18")]
    [InlineData("--epochs", "maxpool", "--learning-rate", "0.1")]
    public void WrongCommandLinesAreRefused(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void UnitsThatCannotBeAreRefused()
    {
        ImageSet digits = StandInDigits.Train(64, TestContext.Current.CancellationToken);
        PoolingSettings settings = Settings(digits) with { Epochs = 2, Runs = 1 };
        JournalUnits<PoolingUnit> units = PoolingUnit.Of(settings);
        PoolingUnit tested = new(32, 0, 1) { Outcome = Test(settings, digits, 32) };
        Assert.Equal(0, units.NumberOf(tested));
        Assert.True(units.IsPossible(tested));
        Assert.False(units.IsPossible(tested with { Seconds = double.NaN }));
        Assert.False(units.IsPossible(tested with { Outcome = tested.Outcome with { Tied = 7 } }));
        Assert.False(units.IsPossible(tested with { Outcome = tested.Outcome with { Betas = [] } }));
        Assert.Null(units.NumberOf(tested with { Index = 1 }));
        PoolingUnit trained = new(32, 0, 1) { Run = new PooledRun(0, [0.5, 0.6], [1, 1], null) };
        Assert.Equal(1, units.NumberOf(trained));
        Assert.True(units.IsPossible(trained));
        Assert.Null(units.NumberOf(trained with { Outcome = tested.Outcome }));
        Assert.Null(units.NumberOf(trained with { Run = trained.Run with { Beta = 5 } }));
        Assert.False(units.IsPossible(trained with { Run = trained.Run with { Accuracies = [0.5] } }));
        Assert.False(units.IsPossible(trained with { Run = trained.Run with { Accuracies = [0.5, 1.5] } }));
    }

    private static string Results(Ran ran)
    {
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        return $"{json.RootElement.GetProperty("zones")}{json.RootElement.GetProperty("training")}";
    }

    private static PoolingSettings Settings(ImageSet images) => new()
    {
        NetworkName = NetworkName.Lenet5,
        Betas = [1, 10, 10_000],
        Precisions = [32],
        Networks = 1,
        Batch = 64,
        Samples = images.Count,
        Seed = 3,
        Channels = images.Channels,
        Side = images.Side,
        Classes = images.Classes,
        Data = images.Name,
        DataIsStandIn = images.IsStandIn,
    };

    private static PoolingOutcome Test(PoolingSettings settings, ImageSet images, int precision)
    {
        using Device device = Device.Cpu(1);
        return precision switch { 16 => Run<Half>(), 32 => Run<float>(), _ => Run<double>() };

        PoolingOutcome Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using PoolingTest<T> test = new(settings, images, device);
            return test.Test(0, null, TestContext.Current.CancellationToken);
        }
    }

    private static PoolingOutcome Mirrored<T>(PoolingSettings settings, ImageSet images, Device device)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using PoolingTest<T> test = new(settings, images, device);
        return test.Test(0, null, TestContext.Current.CancellationToken, network =>
        {
            foreach (Parameter<T> parameter in network.Parameters.Where(parameter => parameter.Shape.Rank == 4))
            {
                T[] weights = parameter.Value.ToArray();
                int width = parameter.Shape[3];
                for (int i = 0; i < weights.Length; i += width)
                {
                    for (int column = 0; column < width / 2; column++)
                        weights[i + width - 1 - column] = weights[i + column];
                }

                parameter.Value.CopyFrom(weights);
            }
        });
    }
}
