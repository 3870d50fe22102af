using ConservativeAD.Fuzz;
using ConservativeAD.Fuzz.Torture;

namespace ConservativeAD.Studies.Tests.Fuzzing;

/// <summary>A short run of the fuzzing that eng/fuzz does with millions of inputs.</summary>
public class FuzzTests
{
    private const int Inputs = 4000;
    private const int Kills = 3;

    public static TheoryData<string> Names => [.. Formats.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void BrokenInputsAreRefusedAsDocumented(string format)
    {
        FuzzReport report = new FuzzRun(Formats.Named(format), seed: 20261129).Run(Inputs);
        Assert.True(report.Faults.Count == 0, string.Join('\n', report.Faults));
        Assert.Equal(Inputs, report.Inputs);
        // Some inputs are rejected and some are not.
        Assert.True(report.Accepted > 0 && report.Refused > Inputs / 20, report.ToString());
    }

    [Theory]
    [InlineData("volume")]
    [InlineData("train")]
    [InlineData("relu-training")]
    [InlineData("maxpool")]
    [InlineData("volume-of-model")]
    [InlineData("census")]
    public void AKilledRunIsContinuedToTheSameBits(string command)
    {
        KillReport report = new KillTrial(command, seed: 7).Run(Kills);
        Assert.True(report.Differences.Count == 0, string.Join('\n', report.Differences));
        Assert.Equal(Kills, report.Kills);
    }

    [Fact]
    public void NothingIsLostWhateverHappensToARun()
    {
        using TemporaryFolder folder = new();
        TortureReport[] reports = [.. new TortureRun(folder.Path, ["volume"], seed: 5).Run(times: 1, steps: 20_000)];
        Assert.All(reports, report => Assert.True(report.Faults.Count == 0, string.Join('\n', report.Faults)));
        Assert.All(reports, report => Assert.Equal(report.Attempts, report.Recovered));
        Assert.True(reports.Sum(report => report.Attempts) >= 6);
    }

    [Theory]
    [InlineData(typeof(IndexOutOfRangeException), 0, "IndexOutOfRangeException")]
    [InlineData(typeof(InvalidDataException), 0, "5000 characters")]
    [InlineData(typeof(InvalidDataException), 1 << 20, "bytes of memory")]
    public void AFaultIsSeen(Type problem, int memory, string told)
    {
        FuzzReport report = new FuzzRun(new Faulty(problem, memory), seed: 1).Run(2000);
        Assert.Contains(report.Faults, fault => fault.Contains(told, StringComparison.Ordinal));
    }

    // Occasionally throws an undocumented exception, or takes more memory than its input justifies.
    private sealed class Faulty(Type problem, int memory) : FuzzTarget
    {
        public override string Name => "faulty";

        public override IReadOnlyList<byte[]> Seeds { get; } = [[1, 0, 5]];

        public override long Read(byte[] input)
        {
            byte[] taken = new byte[memory];
            return input is [1, 0, 5] ? input.Length + taken.Length : throw (Exception)Activator.CreateInstance(problem, new string('x', 5000))!;
        }

        public override bool IsDocumented(Exception problem) => problem is InvalidDataException;
    }
}
