using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Inspection;

/// <summary>Against the answers worked out by hand.</summary>
public class InspectTests
{
    private static readonly Dictionary<string, Func<double, double[]>> Conservative = new()
    {
        ["identity-of-relus"] = s => [2 * s],
        ["relu"] = s => [s],
        ["abs-of-relus"] = _ => [0],
        ["max-of-one"] = _ => [1],
        ["relu-of-relu"] = s => [s * s],
        ["relu-of-nothing"] = _ => [0],
        ["max-plus-min"] = _ => [1, 1],
        ["zero-of-relus"] = s => [(s * s) - s],
        // The first maximum weighs x and y by ½, the second it and x + y by ½.
        ["max-of-three"] = _ => [0.75, 0.75],
        ["saddle-of-abs"] = _ => [0, 0],
        ["norm"] = _ => [0, 0, 0],
        ["sort"] = _ => [1, 2, 3],
        ["largest-eigenvalue"] = _ => [0.5, 0.5],
        ["my-relu"] = _ => [0],
        ["my-identity"] = _ => [0],
        ["x-abs-x"] = _ => [0],
        ["relu-of-square"] = _ => [0],
    };

    private static readonly Dictionary<string, double> Values = new() { ["max-of-one"] = 0.7, ["max-plus-min"] = 2, ["sort"] = 6, ["largest-eigenvalue"] = 2, ["median"] = 1 };

    public static TheoryData<string> Names => [.. OracleTable.Programs.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void BackpropagationGivesTheKnownElement(string name)
    {
        InspectedProgram inspected = Inspector.Inspect(OracleTable.Programs.Single(program => program.Name == name), [0, 0.5, 1]);
        Assert.Equal(Values.GetValueOrDefault(name), inspected.Value);
        foreach ((string slope, double s) in (ReadOnlySpan<(string, double)>)[("0", 0), ("0.5", 0.5), ("1", 1)])
        {
            if (name == "median")
                // Which of the tied entries is taken is the selection's business; the weights sum to 1.
                Assert.Equal(1, inspected.Backprop[slope].Sum(), 1e-12);
            else
                Assert.Equal(Conservative[name](s).Select(value => value + 0.0), inspected.Backprop[slope].Select(value => value + 0.0));
        }
    }

    [Fact]
    public void APlainBranchLeavesNoKinkBehind()
    {
        InspectedProgram inspected = Inspector.Inspect(OracleTable.Programs.Single(program => program.Name == "my-relu"), [0]);
        Assert.Empty(inspected.Kinks);
    }

    [Fact]
    public void JsonHasTheAgreedShape()
    {
        Ran ran = Ran.Program("inspect", "identity-of-relus", "--s", "0,0.5,1", "--json");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Output);
        JsonElement program = Assert.Single(json.RootElement.GetProperty("programs").EnumerateArray());
        Assert.Equal("identity-of-relus", program.GetProperty("name").GetString());
        Assert.Equal(0, program.GetProperty("point")[0].GetDouble());
        Assert.Equal(0, program.GetProperty("value").GetDouble());
        Assert.Equal(1, program.GetProperty("backprop").GetProperty("0.5")[0].GetDouble());
        Assert.Equal(2, program.GetProperty("backprop").GetProperty("1")[0].GetDouble());
        Assert.Equal(2, program.GetProperty("kinks").GetArrayLength());
    }

    [Fact]
    public void TheTableShowsEveryProgram()
    {
        Ran ran = Ran.Program("inspect");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.All(OracleTable.Programs, program => Assert.Contains(program.Name, ran.Output, StringComparison.Ordinal));
    }
}
