using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Fuzz;

/// <summary>The result of interrupting one command.</summary>
/// <param name="Line">The command.</param>
/// <param name="Interrupts">The number of processes that were interrupted while they ran.</param>
/// <param name="Longest">The longest time from the signal to the end of the process, in seconds.</param>
/// <param name="Median">The median of these times.</param>
/// <param name="Faults">Exit codes other than 130, stack traces, and processes that did not end.</param>
internal sealed record InterruptReport(string Line, int Interrupts, double Longest, double Median, IReadOnlyList<string> Faults)
{
    /// <summary>The result as a row of a table.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"| `{Line}` | {Interrupts} | {Median:0.00} | {Longest:0.00} | {Faults.Count} |");
}

/// <summary>Sends SIGINT to the real program at random moments, and measures how long it takes to end.</summary>
internal sealed class InterruptTrial
{
    /// <summary>Long-running commands, each with a different kind of work; ~ stands for a folder.</summary>
    public static readonly string[] Lines =
    [
        "volume --networks 100000 --depths 6 --precisions 64 --out ~",
        "volume --networks 8 --depths 100 --widths 2048 --precisions 64 --batch 10000 --out ~",
        "volume --networks 100000 --samples 1000000 --out ~",
        "train mlp --epochs 1000 --out ~",
        "train resnet18 --batch 512 --out ~",
        "solve --suite large --n 4000 --json ~/results.json",
        "diagnose perceptron --activation relu --out ~",
        "diagnose quartic --steps 10000000 --out ~",
        "check --paths 10000",
        "inspect --picture crescent --out ~",
    ];

    // The latest moment to draw: after the start, in the middle of the work.
    private const int LatestMoment = 4000;
    private const int MillisecondsUntilItHangs = 60_000;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "conservative-ad.dll");

    private readonly Random random;

    /// <summary>Prepares trials.</summary>
    /// <param name="seed">The seed of the moments.</param>
    public InterruptTrial(int seed) => random = new Random(seed);

    /// <summary>Starts a command and interrupts it, several times.</summary>
    /// <param name="line">The command, one of <see cref="Lines"/> or like them.</param>
    /// <param name="times">The number of interrupts. A process that ends before its moment is started again with an earlier moment.</param>
    public InterruptReport Run(string line, int times)
    {
        List<double> seconds = [];
        List<string> faults = [];
        double latest = LatestMoment;
        while (seconds.Count < times)
        {
            string folder = Directory.CreateTempSubdirectory("conservative-ad-interrupt-").FullName;
            try
            {
                int moment = (int)(random.NextDouble() * latest);
                if (Interrupt(line.Replace("~", folder, StringComparison.Ordinal), moment, faults) is { } time)
                    seconds.Add(time);
                else if (faults.Count > times)
                    break;
                else
                    latest = Math.Max(50, 0.8 * latest);
            }
            finally
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
            }
        }

        seconds.Sort();
        return new InterruptReport(line, seconds.Count, seconds.Count == 0 ? 0 : seconds[^1], seconds.Count == 0 ? 0 : seconds[seconds.Count / 2], faults);
    }

    // The time from the signal to the end; null if the process ended before.
    private static double? Interrupt(string line, int moment, List<string> faults)
    {
        // The parent process may ignore SIGINT in the background, and the child would inherit this.
        ProcessStartInfo start = new("env", ["--default-signal=INT", "dotnet", Program, .. line.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(moment))
        {
            if (process.ExitCode != 0)
                faults.Add($"{line} returned {process.ExitCode} before it was interrupted: {error.Result}");
            return null;
        }

        using Process signal = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        long sent = Stopwatch.GetTimestamp();
        if (!process.WaitForExit(MillisecondsUntilItHangs))
        {
            process.Kill();
            faults.Add($"{line} did not end after SIGINT at {moment} ms");
        }

        double time = Stopwatch.GetElapsedTime(sent).TotalSeconds;
        string told = output.Result + error.Result;
        if (process.ExitCode is not (130 or 0) || told.Contains("   at ", StringComparison.Ordinal))
            faults.Add($"{line} returned {process.ExitCode} after SIGINT at {moment} ms: {told}");
        return time;
    }
}
