using System.Text.Json;
using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Diagnosis;
using ConservativeAD.Studies.Tests.CommandLine;
using Spectre.Console;

namespace ConservativeAD.Studies.Tests.Diagnosis;

/// <summary>The readings of <c>diagnose</c> on programs with known answers.</summary>
public class DiagnosisTests
{
    private static RunDiagnosis Diagnose(string name, DiagnosisSettings? settings = null) =>
        RunDiagnosis.Of(DiagnosedPrograms.Named(name, 50), settings ?? new DiagnosisSettings(), TestContext.Current.CancellationToken);

    private static Reading Read(RunDiagnosis diagnosis, string instrument) => diagnosis.Readings.Single(reading => reading.Instrument == instrument);

    [Fact]
    public void AQuadraticHasItsKnownLengthRateAndExponent()
    {
        RunDiagnosis diagnosis = Diagnose("quadratic");
        Assert.Equal(1.9049875621, diagnosis.Path!.Length, 1e-6);
        Assert.Equal(2 * Math.Sqrt(2 * 5.5), diagnosis.Path.Bound, 1e-6);
        Assert.Equal(0.5, diagnosis.Kl!.Inequality.Exponent);
        Assert.Equal(0.9, diagnosis.Rate!.Bound, 1e-6);
        Assert.Equal(10, Read(diagnosis, "smoothness constant L").Value!.Value, 1e-9);
        foreach (string instrument in (string[])["descent lemma", "path length", "linear rate"])
            Assert.True(Read(diagnosis, instrument).Holds, instrument);
        Assert.Contains("a strict minimum", Read(diagnosis, "end of the run").Text, StringComparison.Ordinal);
        Assert.Equal(Finding.Holds, diagnosis.Theorems.Single(theorem => theorem.Name == "The rate is linear").Applies);
        Assert.All(diagnosis.Readings, reading => Assert.Contains("conservative", reading.Gradient, StringComparison.Ordinal));
    }

    [Fact]
    public void AQuarticIsSublinear()
    {
        RunDiagnosis diagnosis = Diagnose("quartic", new DiagnosisSettings { Steps = 2000 });
        Assert.Equal(0.75, diagnosis.Kl!.Exponent, 1e-9);
        Assert.Equal(12, diagnosis.Smoothness!.Value, 1e-6);
        Assert.Equal("k^(-2)", diagnosis.Kl.Inequality.Rate);
        Assert.Equal(Finding.Fails, diagnosis.Theorems.Single(theorem => theorem.Name == "The rate is linear").Applies);
    }

    [Fact]
    public void SaddlesAreLeftAndUnboundedProgramsHaveNoExponent()
    {
        RunDiagnosis network = Diagnose("linear-network");
        Assert.Equal(Finding.Fails, network.Theorems[0].Applies);
        Assert.Equal(Finding.Holds,
            Diagnose("linear-network", new DiagnosisSettings { StartSpread = 0.1, Pictures = [DiagnosisPicture.Rate] }).Theorems[0].Applies);
        Assert.Equal((100, 100), (network.Escape!.Escaped, network.Escape.Starts));
        Assert.Equal(12, network.EscapeRuns.Count);
        // Minima of (ab − 1)² lie on a curve.
        Assert.Contains("nullity 1", Read(network, "end of the run").Text, StringComparison.Ordinal);
        // K = a² + b², and ‖∇F‖² = 4K·F exactly.
        Assert.Equal(0.1, network.Kernels[0].Smallest, 1e-12);
        Assert.True(Read(network, "tangent kernel").Holds);
        RunDiagnosis saddle = Diagnose("saddle");
        Assert.Null(saddle.Limit);
        Assert.StartsWith("not read", Read(saddle, "KL exponent").Text, StringComparison.Ordinal);
        Assert.Equal(1.2, saddle.Escape!.Bound, 1e-9);
    }

    [Fact]
    public void VanishingStepsFollowTheInclusionThroughAKink()
    {
        DiagnosisSettings settings = new() { Gradient = SubgradientChoice.Clarke, Noise = 0.2, Schedule = DiagnosisSchedule.RobbinsMonro, Seed = 4 };
        RunDiagnosis diagnosis = Diagnose("kinked", settings);
        Assert.True(diagnosis.Tracking!.Errors[^1].Distance < 0.5 * diagnosis.Tracking.Errors[0].Distance);
        Assert.Equal(Finding.Holds, diagnosis.Theorems.Single(theorem => theorem.Name == "The iterates follow the differential inclusion").Applies);
        Assert.Equal(Finding.Holds, diagnosis.Theorems[^1].Applies);
        // The length is that of the flow: of the noisy run nothing is claimed.
        Assert.Equal(SubgradientChoice.MinimalNorm, diagnosis.Path!.Gradient);
        Assert.True(diagnosis.Path.Holds);
        Assert.InRange(Math.Abs(diagnosis.Flow!.EnergyError), 0, 1e-4);
    }

    [Fact]
    public void TheInequalityCanBeReadNearTheLimitOnly()
    {
        // The run passes a saddle, where gradients are small and the gap is not.
        RunDiagnosis whole = Diagnose("double-well"), near = Diagnose("double-well", new DiagnosisSettings { GreatestGap = 0.05 });
        Assert.True(near.Near.Count < whole.Near.Count);
        Assert.True(near.Kl!.Constant > 100 * whole.Kl!.Constant);
        Assert.InRange(near.Kl.Constant, 1, 2.1);
    }

    [Fact]
    public void ADegenerateMinimumIsReadWithoutKnowingItsValue()
    {
        DiagnosedProgram quartic = DiagnosedPrograms.Named("quartic", 50) with { Optimum = null };
        RunDiagnosis diagnosis = RunDiagnosis.Of(quartic, new DiagnosisSettings { Steps = 20_000 }, TestContext.Current.CancellationToken);
        Assert.InRange(0.75, diagnosis.Kl!.Lower, diagnosis.Kl.Upper);
        Assert.InRange(diagnosis.Kl.Exponent, 0.74, 0.76);
        Assert.StartsWith("a minimum whose curvature vanishes", Read(diagnosis, "end of the run").Text, StringComparison.Ordinal);
        Assert.Null(diagnosis.Rate);
        Assert.Contains("k^(-2", Read(diagnosis, "linear rate").Text, StringComparison.Ordinal);
        Assert.True(Read(diagnosis, "path length").Holds);
    }

    [Theory]
    [InlineData("kinked", 0.5)]
    [InlineData("crescent", 0.5)]
    [InlineData("mifflin2", 0.5)]
    [InlineData("rosen-suzuki", 0.5)]
    [InlineData("absolute-value", 0)]
    [InlineData("maxl", 0)]
    [InlineData("dem", 0)]
    public void ProgramsWithKinksHaveTheExponentOfTheirKinks(string name, double exponent)
    {
        RunDiagnosis diagnosis = Diagnose(name);
        Assert.True(diagnosis.IsReadAlongFlow);
        Assert.InRange(exponent, diagnosis.Kl!.Lower - 1e-9, diagnosis.Kl.Upper + 1e-9);
        Assert.InRange(diagnosis.Kl.Exponent, exponent - 0.02, exponent + 0.02);
        Assert.True(Read(diagnosis, "path length").Holds);
        Hypothesis atMostHalf = diagnosis.Theorems.Single(theorem => theorem.Name == "The rate is linear").Hypotheses[^1];
        Assert.Equal(Finding.Holds, atMostHalf.Finding);
    }

    [Fact]
    public void TheChecklistReadsTheSamePointsAsTheInstrument()
    {
        // Near 1 the exponent of x² + x⁴ is that of a quartic, near 0 that of a square.
        DiagnosedProgram mixed = new("mixed", "0.001x² + x⁴", Objective.OfScalars(x => (1e-3 * x[0] * x[0]) + (x[0] * x[0] * x[0] * x[0])), [1])
        {
            Optimum = 0,
            Steps = 100_000
        };
        RunDiagnosis near = RunDiagnosis.Of(mixed, new DiagnosisSettings { GreatestGap = 1e-9 }, TestContext.Current.CancellationToken);
        Assert.Equal(0.5, near.Kl!.Inequality.Exponent);
        Assert.Equal(0.5, near.Facts!.KlExponent);
        Assert.Equal(Finding.Holds, near.Theorems.Single(theorem => theorem.Name == "The rate is linear").Applies);
        Assert.NotNull(near.Rate);
    }

    [Fact]
    public void NoBoundIsStatedWhereNoneApplies()
    {
        RunDiagnosis noisy = Diagnose("quadratic", new DiagnosisSettings { Noise = 0.1, Steps = 200 });
        Assert.Null(noisy.Path);
        Assert.StartsWith("not read", Read(noisy, "path length").Text, StringComparison.Ordinal);
        RunDiagnosis large = Diagnose("quadratic", new DiagnosisSettings { StepSize = 0.19, Steps = 200, Schedule = DiagnosisSchedule.Constant });
        Assert.Null(large.Path);
    }

    [Fact]
    public void APassedSaddleIsTold()
    {
        Assert.Contains("--below", Read(Diagnose("double-well"), "KL exponent").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("--below", Read(Diagnose("double-well", new DiagnosisSettings { GreatestGap = 0.05 }), "KL exponent").Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WiderPerceptronsAreLazier()
    {
        ImageSet images = StandInDigits.Train(10, TestContext.Current.CancellationToken);
        List<RunDiagnosis> diagnoses = [];
        foreach (int width in (int[])[8, 128])
        {
            DiagnosedProgram program = PerceptronProgram.Create(images, width, true, null, 3);
            Assert.Equal(program.Objective.Value(program.Start), program.Model!.Residual(program.Start).Sum(r => r * r), 1e-9);
            diagnoses.Add(RunDiagnosis.Of(program, new DiagnosisSettings { Steps = 60, Pictures = [DiagnosisPicture.Kernel] },
                TestContext.Current.CancellationToken));
        }

        Assert.True(diagnoses[1].Kernels[^1].Drift < 0.5 * diagnoses[0].Kernels[^1].Drift);
        Assert.True(diagnoses[1].Kernels[^1].ParameterDrift < diagnoses[0].Kernels[^1].ParameterDrift);
        double[] apart =
            [.. diagnoses.Select(diagnosis => Enumerable.Range(0, diagnosis.Run.Count)
                .Max(k => Math.Abs(diagnosis.Run.Values[k] - diagnosis.LinearizedLosses[k]) / diagnosis.Run.Values[0]))];
        Assert.True(apart[1] < apart[0]);
        Assert.Equal(diagnoses[0].Run.Values[0], diagnoses[0].LinearizedLosses[0], 1e-9);
    }

    [Fact]
    public void MiniBatchesHaveTheLossAsTheirMean()
    {
        DiagnosedProgram program = PerceptronProgram.Create(StandInDigits.Train(11, TestContext.Current.CancellationToken), 4, false, 3, 1);
        Assert.Equal(4, program.Samples!.Count);
        Assert.Equal(program.Objective.Value(program.Start), program.Samples.Average(sample => sample.Value(program.Start)), 1e-9);
    }

    [Fact]
    public void EveryPictureIsDrawn()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("diagnose", "linear-network", "--out", folder["pictures"]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        foreach (DiagnosisPicture picture in Enum.GetValues<DiagnosisPicture>())
            Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(folder[$"pictures/linear-network-{picture.ToString().ToLowerInvariant()}.png"])[..4]);
        Assert.Contains("Strict saddles are avoided", ran.Output, StringComparison.Ordinal);
        ran = Ran.Program("diagnose", "perceptron", "--data", "", "--images", "6", "--width", "4,8", "--steps", "20", "--activation", "relu", "--batch", "2",
            "--draw", "kernel,kl", "--out", folder["two"]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        Assert.Equal(2, Directory.GetFiles(folder["two"], "*.png").Length);
        Assert.Contains("stand-in", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TestProblemsAreDiagnosedAsJson()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("diagnose", "mifflin2", "--gradient", "minimal-norm", "--steps", "300", "--draw", "kl,flow", "--json", "--out", folder["json"]);
        Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        JsonElement run = JsonDocument.Parse(ran.Output).RootElement.GetProperty("results")[0];
        Assert.Equal("mifflin2", run.GetProperty("program").GetString());
        Assert.Equal("minimal-norm", run.GetProperty("gradient").GetString());
        Assert.Equal(-1, run.GetProperty("limit").GetDouble(), 1e-6);
        Assert.Equal(2, run.GetProperty("pictures").GetArrayLength());
        Assert.Equal(5, run.GetProperty("theorems").GetArrayLength());
    }

    [Theory]
    [InlineData("'nothing'", "nothing")]
    [InlineData("--list")]
    [InlineData("'heat'", "quadratic", "--draw", "kl,heat")]
    [InlineData("'0'", "quadratic", "--step-size", "0")]
    [InlineData("--width", "quadratic", "--width", "8")]
    [InlineData("--images", "maxq", "--images", "8")]
    [InlineData("'fast'", "quadratic", "--schedule", "fast")]
    public void AWrongCommandLineNamesTheCulprit(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(["diagnose", .. arguments]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    [Fact]
    public void AStartOfAnotherLengthIsNamed()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("diagnose", "quadratic", "--start", "1,2,3", "--out", folder["wrong"]);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains("3 variables", ran.Error, StringComparison.Ordinal);
        Assert.Contains("quadratic has 2", ran.Error, StringComparison.Ordinal);
    }

    public static TheoryData<string> SmallPrograms => [.. DiagnosedPrograms.Small.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(SmallPrograms))]
    public void TheoremsSpeakOfTheExponentThatWasRead(string name)
    {
        RunDiagnosis diagnosis = Diagnose(name, new DiagnosisSettings { Steps = 200, Pictures = [DiagnosisPicture.Kl, DiagnosisPicture.Kernel] });
        bool isKernelPositive = diagnosis.Readings.Any(reading => reading is { Instrument: "tangent kernel", Holds: true, Value: > 0 }) && diagnosis.Limit is 0;
        double? read = isKernelPositive ? 0.5 : diagnosis.Kl?.Inequality.Exponent;
        Assert.Equal(read is { } exponent ? Math.Round(exponent, 3) : null, diagnosis.Facts!.KlExponent);
        Hypothesis hypothesis =
            diagnosis.Theorems.Single(theorem => theorem.Name == "The rate is linear").Hypotheses.Single(one =>
                one.Statement.StartsWith("KL", StringComparison.Ordinal));
        Assert.Equal(read is null, hypothesis.Finding == Finding.Unknown);
        if (read is not null)
            Assert.StartsWith(FormattableString.Invariant($"the exponent is {read:0.###}, "), hypothesis.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SmallPrograms))]
    public void AFewStepsAreEnoughForAReport(string name)
    {
        using TemporaryFolder folder = new();
        foreach (string steps in (string[])["1", "3"])
        {
            Ran ran = Ran.Program("diagnose", name, "--steps", steps, "--out", folder["few"]);
            Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
        }
    }

    [Fact]
    public void AKernelThatStaysPositiveSettlesTheExponent()
    {
        DiagnosedProgram program = PerceptronProgram.Create(StandInDigits.Train(6, TestContext.Current.CancellationToken), 32, true, null, 1);
        RunDiagnosis diagnosis = RunDiagnosis.Of(program, new DiagnosisSettings { Steps = 40, Pictures = [DiagnosisPicture.Kernel] },
            TestContext.Current.CancellationToken);
        Assert.True(Read(diagnosis, "tangent kernel").Holds);
        Assert.Equal(0.5, diagnosis.Facts!.KlExponent);
        Assert.Contains("tangent kernel", diagnosis.Facts.KlSource, StringComparison.Ordinal);
    }

    [Fact]
    public void AStoppedDiagnosisKeepsWhatItRead()
    {
        using CancellationTokenSource stop = new();
        RunDiagnosis diagnosis = RunDiagnosis.Of(
            DiagnosedPrograms.Named("quadratic", 50),
            new DiagnosisSettings(),
            stop.Token,
            stage =>
            {
                if (stage == "following the flow")
                    stop.Cancel();
            });
        Assert.True(diagnosis.WasStopped);
        Assert.NotEmpty(diagnosis.Readings);
        Assert.Empty(diagnosis.Theorems);
        Assert.True(RunDiagnosis.Of(DiagnosedPrograms.Named("quadratic", 50), new DiagnosisSettings(), new CancellationToken(canceled: true)).WasStopped);
    }

    [Theory]
    [InlineData("double-well")]
    [InlineData("kinked")]
    [InlineData("linear-network")]
    public void WhatWasReadUntilItStoppedIsPrinted(string name)
    {
        DiagnosisSettings settings = new() { Steps = 20 };
        DiagnosedProgram program = DiagnosedPrograms.Named(name, 50);
        List<string> stages = [];
        RunDiagnosis.Of(program, settings, TestContext.Current.CancellationToken, stages.Add);
        foreach (string last in stages)
        {
            using CancellationTokenSource source = new();
            RunDiagnosis diagnosis = RunDiagnosis.Of(program, settings, source.Token, stage =>
            {
                if (stage == last)
                    source.Cancel();
            });
            Assert.True(diagnosis.WasStopped);
            if (diagnosis.Run.Count == 0)
                continue;
            using StringWriter text = new();
            DiagnoseCommand.Print(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) }),
                new DiagnosisResults([DiagnosedRun.Of(diagnosis, [])]), null);
            Assert.Contains("Stopped", text.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheListNamesEveryProgram()
    {
        Ran ran = Ran.Program("diagnose", "--list");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.All(DiagnosedPrograms.Names, name => Assert.Contains(name, ran.Output, StringComparison.Ordinal));
    }
}
