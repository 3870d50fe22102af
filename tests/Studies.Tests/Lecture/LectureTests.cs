using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Lecture;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Lecture;

/// <summary>The pages of <c>lecture</c>: what is measured is what theory predicts, on every page.</summary>
public class LectureTests
{
    public static TheoryData<string> Pages => [.. LecturePages.Names];

    [Theory]
    [MemberData(nameof(Pages))]
    public void WhatIsMeasuredIsWhatTheoryPredicts(string name)
    {
        PageResult page = LecturePages.Run(LecturePages.All.Single(page => page.Name == name), new LectureSettings { Seed = 1, IsBrief = true },
            TestContext.Current.CancellationToken);
        Assert.True(page.Measurements.Count >= 3, $"{name} measures {page.Measurements.Count} numbers");
        string[] missed = [.. page.Measurements.Where(row => !row.Holds).Select(row => $"{row.Quantity}: {row.Measured}, not {row.Predicted}")];
        Assert.True(missed.Length == 0, string.Join("; ", missed));
        Assert.NotEmpty(page.Programs);
        Assert.NotEmpty(page.Pictures);
        Assert.NotEmpty(page.Hypotheses);
        Assert.Contains(page.Measurements, row => row.Expected is not null || row.Predicted.Length > 0);
        Assert.All(page.Programs, program => Assert.False(string.IsNullOrWhiteSpace(program.Text)));
        Assert.All(page.Pictures, picture => Assert.NotEmpty(PictureChart.Of(picture).Series));
    }

    [Theory]
    [InlineData("robbins-monro")]
    [InlineData("gradient-map")]
    [InlineData("chain-rule")]
    public void OtherSeedsSayTheSame(string name)
    {
        foreach (ulong seed in (ulong[])[2, 3, ulong.MaxValue])
        {
            PageResult page = LecturePages.Run(LecturePages.All.Single(page => page.Name == name), new LectureSettings { Seed = seed, IsBrief = true },
                TestContext.Current.CancellationToken);
            Assert.All(page.Measurements, row => Assert.True(row.Holds, $"seed {seed}, {row.Quantity}: {row.Measured}, not {row.Predicted}"));
        }
    }

    [Fact]
    public void TheProgramShownIsTheOneThatRan()
    {
        PageResult page = LecturePages.Run(LecturePages.All.Single(page => page.Name == "rates"), new LectureSettings { IsBrief = true },
            TestContext.Current.CancellationToken);
        Assert.Contains(page.Programs, program => program.Text.Contains("Trajectory.Descend(quadratic, [1, 1], new ConstantStepSize(0.1), 150)",
            StringComparison.Ordinal));
    }

    [Fact]
    public void APictureIsCutToItsWindow()
    {
        Picture picture = new("p", "A picture.", "x", "y")
        {
            IsXLogarithmic = true,
            Window = (0, 2, -1, 1),
            Series =
            [
                Picture.Line("line", 0, [new(0.5, 0), new(2, 0.5), new(50, 2), new(60, 0.5), new(double.NaN, 0), new(70, 0), new(80, 0)]),
                Picture.Line("dots", -1, [new(10, 0), new(-10, 0), new(1e9, 0)], Stroke.Dots),
                Picture.Lines("arrows", 1, [[new(1, 0), new(2, 0.5)]], Stroke.Arrows),
            ],
        };
        Chart chart = PictureChart.Of(picture);
        Assert.Equal((1.0, 100.0), chart.XLimits);
        // A point, a point and two: the stretches that are seen, as segments.
        Assert.Equal([new ChartPoint(70, 0), new ChartPoint(80, 0)], chart.Series[0].Points);
        Assert.Equal([new ChartPoint(10, 0)], chart.Series[1].Points);
        Assert.Equal(6, chart.Series[2].Points.Count);
    }

    [Fact]
    public void TheCommandWritesItsFiles()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("lecture", "--pages", "linear-iterations,path-length", "--out", folder["out"], "--json");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        Assert.Equal(2, json.RootElement.GetProperty("pages").GetArrayLength());
        foreach (string name in (string[])["results.json", "report.html", "measurements.csv"])
            Assert.True(new FileInfo(folder["out/" + name]).Length > 0, name);
        Assert.NotEmpty(Directory.GetFiles(folder["out"], "path-length-*.svg"));
        Assert.NotEmpty(Directory.GetFiles(folder["out"], "path-length-*.png"));
        string report = File.ReadAllText(folder["out/report.html"]);
        Assert.Contains("href=\"#path-length\"", report, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'nonsense'", "lecture", "--pages", "nonsense")]
    [InlineData("--seed", "lecture", "--list", "--seed", "3")]
    [InlineData("'-1'", "lecture", "--seed", "-1")]
    public void WrongCommandLinesAreRefused(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
    }
}
