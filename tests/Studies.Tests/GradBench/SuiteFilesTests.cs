using ConservativeAD.Studies.GradBench;
using ConservativeAD.Tests;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>What the suite reads of a tool's folder.</summary>
public class SuiteFilesTests
{
    private static string Folder => Path.Combine(Repository.Root, "eng", "gradbench");

    [Fact]
    public void TheListOfEvalsIsThatOfTheModules() =>
        Assert.Equal(Modules.All.Select(module => module.Name).Order(StringComparer.Ordinal), File.ReadAllLines(Path.Combine(Folder, "evals.txt")));

    [Fact]
    public void TheDockerfileEndsAsTheSuiteDemands()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, "Dockerfile"));
        Assert.Equal("LABEL org.opencontainers.image.source=https://github.com/gradbench/gradbench", lines[^1]);
        Assert.Contains("ENTRYPOINT [\"dotnet\", \"/tool/conservative-ad.dll\", \"gradbench\"]", lines);
    }
}
