using System.Text.Json;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Solving;

/// <summary>The command solve.</summary>
public class SolveTests
{
    [Fact]
    public void JsonHasTheAgreedShape()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("solve", "cb2", "--method", "all", "--json", folder["results.json"]);
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["results.json"]));
        JsonElement[] results = [.. json.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(NonsmoothMethods.Names, results.Select(result => result.GetProperty("method").GetString()));
        foreach (JsonElement result in results)
        {
            Assert.Equal("cb2", result.GetProperty("problem").GetString());
            Assert.True(result.GetProperty("evaluations").GetInt32() > 1);
            Assert.Equal(1.9522244938706590, result.GetProperty("optimum").GetDouble(), 1e-12);
            Assert.Equal(result.GetProperty("value").GetDouble() - result.GetProperty("optimum").GetDouble(), result.GetProperty("gap")
                .GetDouble() * result.GetProperty("optimum").GetDouble(), 1e-12);
            Assert.InRange(result.GetProperty("gap").GetDouble(), -1e-12, 1e-6);
            Assert.InRange(result.GetProperty("stationarity").GetDouble(), 0, 1e-3);
            Assert.True(result.GetProperty("seconds").GetDouble() >= 0);
        }
    }

    [Fact]
    public void TheListShowsEveryProblem()
    {
        Ran ran = Ran.Program("solve", "--list");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.All(TestProblems.Names.Concat(ConstrainedTestProblems.Names), name => Assert.Contains(name, ran.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void ASuiteIsSolvedAsATable()
    {
        Ran ran = Ran.Program("solve", "--suite", "vu");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.All(TestProblems.Suite("vu"), problem => Assert.Contains(problem.Name, ran.Output, StringComparison.Ordinal));
        Assert.Contains("stationary", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ConstrainedProblemsAreSolvedByTheirOwnMethods()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("solve", "--suite", "constrained", "--json", folder["results.json"], "--out", folder["report"]);
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["results.json"]));
        JsonElement[] results = [.. json.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(ConstrainedTestProblems.Names.Count * ConstrainedMethods.Names.Count, results.Length);
        Assert.All(results, result =>
        {
            Assert.Contains(result.GetProperty("problem").GetString()!, ran.Output, StringComparison.Ordinal);
            Assert.InRange(result.GetProperty("violation").GetDouble(), 0, 1e-6);
            Assert.InRange(Math.Abs(result.GetProperty("gap").GetDouble()), 0, 1e-6);
            Assert.InRange(result.GetProperty("stationarity").GetDouble(), 0, 1e-6);
        });
        Assert.True(File.Exists(folder["report/report.html"]));
    }

    [Fact]
    public void ATimeLimitEndsARunWithItsBestPoint()
    {
        Ran ran = Ran.Program("solve", "chained-mifflin2", "--n", "2000", "--method", "lmbm", "--time-limit", "0.001");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.Contains("time", ran.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'nothing'", "solve", "nothing")]
    [InlineData("'nothing'", "solve", "cb2", "--method", "nothing")]
    [InlineData("'nothing'", "solve", "--suite", "nothing")]
    [InlineData("'bfgs'", "solve", "hs71", "--method", "bfgs")]
    [InlineData("'bfgs-sqp'", "solve", "cb2", "--method", "bfgs-sqp")]
    [InlineData("--gradient", "solve", "--suite", "constrained", "--gradient", "clarke")]
    [InlineData("--n", "solve", "--suite", "constrained", "--n", "9")]
    [InlineData("'vu'", "solve", "cb2", "--suite", "vu")]
    [InlineData("'0'", "solve", "cb2", "--evaluations", "0")]
    [InlineData("'0'", "solve", "cb2", "--time-limit", "0")]
    [InlineData("'NaN'", "solve", "cb2", "--time-limit", "NaN")]
    [InlineData("'soon'", "solve", "cb2", "--time-limit", "soon")]
    [InlineData("'1'", "solve", "brown2", "--n", "1")]
    [InlineData("'best'", "solve", "cb2", "--gradient", "best")]
    public void WrongNamesAndNumbersExitWith2(string culprit, params string[] arguments)
    {
        Ran ran = Ran.Program(arguments);
        Assert.Equal(ExitCode.Usage, ran.ExitCode);
        Assert.Contains(culprit, ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }
}
