using System.Text.Json;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Tests.CommandLine;

namespace ConservativeAD.Studies.Tests.Inspection;

/// <summary>Compared with answers computed by hand.</summary>
public class InspectTests
{
    private static readonly Dictionary<string, Func<double, double[]>> Conservative = new()
    {
        ["identity-of-relus"] = s => [2 * s],
        ["relu"] = s => [s],
        ["relu-by-mirror"] = s => [1 - s],
        ["zero-of-mirrors"] = s => [1 - (2 * s)],
        ["crescent"] = _ => [0, 1],
        ["bent-valley"] = _ => [-0.25, 0],
        ["slope-of-relus"] = s => [2 * s, 0],
        ["tilted-roof"] = _ => [0.5, 0],
        ["abs-of-relus"] = _ => [0],
        ["max-of-one"] = _ => [1],
        ["relu-of-relu"] = s => [s * s],
        ["relu-of-nothing"] = _ => [0],
        ["max-plus-min"] = _ => [1, 1],
        ["zero-of-relus"] = s => [(s * s) - s],
        // The first maximum weights x and y by ½, the second weights the first and x + y by ½.
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

    private static readonly Dictionary<string, double> Values = new()
    {
        ["max-of-one"] = 0.7,
        ["max-plus-min"] = 2,
        ["sort"] = 6,
        ["largest-eigenvalue"] = 2,
        ["median"] = 1,
        ["bent-valley"] = 0.125
    };

    private static readonly Dictionary<string, double[][]> Corners = new()
    {
        ["identity-of-relus"] = [[1]],
        ["relu"] = [[0], [1]],
        ["relu-by-mirror"] = [[0], [1]],
        ["zero-of-mirrors"] = [[0]],
        ["abs-of-relus"] = [[-1], [1]],
        ["max-of-one"] = [[1]],
        ["relu-of-relu"] = [[0], [1]],
        ["relu-of-nothing"] = [[0]],
        ["max-plus-min"] = [[1, 1]],
        ["zero-of-relus"] = [[0]],
        ["max-of-three"] = [[1, 0], [0, 1], [1, 1]],
        ["saddle-of-abs"] = [[1, 1], [1, -1], [-1, 1], [-1, -1]],
        ["norm"] = [[]],
        ["sort"] = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]],
        ["largest-eigenvalue"] = [[1, 0], [0, 1]],
        ["my-relu"] = [[0], [1]],
        ["my-identity"] = [[1]],
        ["x-abs-x"] = [[0]],
        ["relu-of-square"] = [[0]],
        ["crescent"] = [[0, -1], [0, 3]],
        ["bent-valley"] = [[-2.25, 1], [1.75, -1]],
        ["slope-of-relus"] = [[1, 1], [1, -1]],
        ["tilted-roof"] = [[-0.5, 0], [1.5, 0], [0.5, 1], [0.5, -1]],
        ["median"] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    };

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
                // The selection decides which of the tied entries is taken; the weights sum to 1.
                Assert.Equal(1, inspected.Backprop[slope].Sum(), 1e-12);
            else
                Assert.Equal(Conservative[name](s).Select(value => value + 0.0), inspected.Backprop[slope].Select(value => value + 0.0));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSubdifferentialIsTheKnownOne(string name)
    {
        InspectedProgram inspected = Inspector.Inspect(OracleTable.Programs.Single(program => program.Name == name), [0], 3);
        Assert.Equal(name is "identity-of-relus" or "my-identity" or "slope-of-relus", inspected.ArtificialCritical);
        Assert.Equal(name != "norm", inspected.IsExact);
        Assert.Equal(TameClass.SemiAlgebraic, inspected.TameClass);
        Assert.Contains(inspected.Generators, generator => generator.Zip(inspected.Clarke, (a, b) => Math.Abs(a - b)).Max() < 1e-9 || name == "norm");
        Assert.Equal(Corners[name].Length, name == "norm" ? 1 : inspected.Generators.Count);
        if (name == "norm")
            Assert.All(inspected.Generators, generator => Assert.InRange(Math.Sqrt(generator.Sum(v => v * v)), 0, 1 + 1e-12));
        else
            Assert.All(Corners[name],
                corner => Assert.Contains(inspected.Generators, generator => generator.Zip(corner, (a, b) => Math.Abs(a - b)).Max() < 1e-9));
    }

    [Fact]
    public void AComparisonInPlainCodeIsAKink()
    {
        InspectedProgram inspected = Inspector.Inspect(OracleTable.Programs.Single(program => program.Name == "my-relu"), [0]);
        Assert.Equal("comparison", Assert.Single(inspected.Kinks).Operation);
    }

    [Fact]
    public void APictureIsDrawnForProgramsOfTwoVariables()
    {
        using TemporaryFolder folder = new();
        Ran ran = Ran.Program("inspect", "--picture", "slope-of-relus", "--out", folder.Path);
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        byte[] png = File.ReadAllBytes(Path.Combine(folder.Path, "slope-of-relus.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Ran wrong = Ran.Program("inspect", "--picture", "relu");
        Assert.Equal(ExitCode.Usage, wrong.ExitCode);
        Assert.Contains("two variables", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void KinkLinesFollowTheKinks()
    {
        IReadOnlyList<((double X, double Y) From, (double X, double Y) To)> lines = KinkLines.Find((x, y) => [Math.Sign(x), 2 * y], -1, -1, 2, 20);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal((0.0, 0.0), (Math.Round(line.From.X, 4) + 0, Math.Round(line.To.X, 4) + 0)));
        Assert.Empty(KinkLines.Find((x, y) => [2 * x, Math.Cos(y)], -1, -1, 2, 20));
    }

    [Fact]
    public void CheckPassesTheProgramsAndFailsTheCounterexamples()
    {
        Ran all = Ran.Program("check", "--paths", "2");
        Assert.Equal(ExitCode.Success, all.ExitCode);
        Assert.Equal(ExitCode.Success, Ran.Program("check", "relu", "--s", "1000").ExitCode);
        Ran sign = Ran.Program("check", "straight-through-sign", "--json");
        Assert.Equal(ExitCode.Failure, sign.ExitCode);
        using JsonDocument json = JsonDocument.Parse(sign.Output);
        JsonElement program = Assert.Single(json.RootElement.GetProperty("programs").EnumerateArray());
        Assert.False(program.GetProperty("conservative").GetBoolean());
        Assert.Equal("straight-through sign", program.GetProperty("operation").GetString());
        Ran maximum = Ran.Program("check", "maximum-to-both");
        Assert.Equal(ExitCode.Failure, maximum.ExitCode);
        Assert.Contains("inside a kink", maximum.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, Ran.Program("check", "nothing").ExitCode);
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
        Assert.Equal(1, program.GetProperty("clarke")[0].GetDouble());
        Assert.Equal(1, Assert.Single(program.GetProperty("generators").EnumerateArray())[0].GetDouble());
        Assert.Equal(1, program.GetProperty("minimalNorm")[0].GetDouble());
        Assert.True(program.GetProperty("artificialCritical").GetBoolean());
        Assert.Equal("semi-algebraic", program.GetProperty("tameClass").GetString());
    }

    [Fact]
    public void TheTableShowsEveryProgram()
    {
        Ran ran = Ran.Program("inspect");
        Assert.Equal(ExitCode.Success, ran.ExitCode);
        Assert.All(OracleTable.Programs, program => Assert.Contains(program.Name, ran.Output, StringComparison.Ordinal));
    }
}
