using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConservativeAD.Fuzz;
using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>
/// Ctrl-C sent to the real process: it ends with the corresponding exit code, and its results so far are complete. docs/reliability.md states how fast it ends;
/// here it only has to end.
/// </summary>
public class InterruptTests
{
    private const int SecondsUntilItHangs = 600;

    // A moment for each command: during its start, in the middle of its work, and while it writes.
    private static readonly int[] Moments = [700, 1500, 100, 1500, 2500, 1000, 1500, 3000, 1500, 300];

    public static TheoryData<int, string> Cases => [.. InterruptTrial.Lines.Select((line, i) => (Moments[i], line))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ACommandEndsAndWhatItHadIsWhole(int milliseconds, string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows sends no SIGINT to one process.");
        using TemporaryFolder folder = new();
        using Process process = Start(line.Replace("~", folder.Path, StringComparison.Ordinal));
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(milliseconds))
        {
            using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        bool ended = process.WaitForExit(SecondsUntilItHangs * 1000);
        if (!ended)
            process.Kill();
        Assert.True(ended, $"{line} did not end");
        string told = await output + await error;
        Assert.True(process.ExitCode is ExitCode.Cancelled or ExitCode.Success, $"{process.ExitCode}: {told}");
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        if (File.Exists(folder["results.json"]))
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["results.json"]));
            if (json.RootElement.TryGetProperty("complete", out JsonElement complete))
                Assert.Equal(process.ExitCode == ExitCode.Success, complete.GetBoolean());
        }

        // The folder is unlocked immediately.
        if (Directory.Exists(folder.Path))
            ConservativeAD.Studies.Reports.ResultsFolder.Open(folder.Path, "a test").Dispose();
    }

    private static Process Start(string line)
    {
        // A test runner in the background may ignore SIGINT, and the process would inherit this.
        string program = Path.Combine(AppContext.BaseDirectory, "conservative-ad.dll");
        ProcessStartInfo start = new("env", ["--default-signal=INT", "dotnet", program, .. line.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment.Remove(ConservativeAD.Studies.DataSets.ImageSource.Variable);
        return Process.Start(start)!;
    }
}
