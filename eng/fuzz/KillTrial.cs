using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Fuzz;

/// <summary>The result of a series of kills.</summary>
/// <param name="Command">The command.</param>
/// <param name="Kills">The number of processes that were killed while they ran.</param>
/// <param name="Runs">The number of runs that completed after kills.</param>
/// <param name="Differences">The differences from an uninterrupted run, and failures.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record KillReport(string Command, int Kills, int Runs, IReadOnlyList<string> Differences, double Seconds)
{
    /// <summary>The result in one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Command}: killed {Kills} times at random moments, continued by --resume; {Runs} runs completed, {Differences.Count} differences from the "
                + $"uninterrupted run, {Seconds:0} s");
}

/// <summary>
/// Kills the real program (SIGKILL) at random moments and continues it until it completes. Its results must then have the same bits as those of an
/// uninterrupted run.
/// </summary>
internal sealed class KillTrial
{
    private const int Stride = 10;

    private readonly string name;
    private readonly Random random;

    /// <summary>Prepares a trial.</summary>
    /// <param name="command">One of <see cref="StudiedCommand.Names"/>.</param>
    /// <param name="seed">The seed of the moments.</param>
    public KillTrial(string command, int seed)
    {
        name = command;
        random = new Random(seed);
    }

    /// <summary>Receives occasional progress messages; may be null.</summary>
    public Action<KillReport>? Progress { get; init; }

    /// <summary>Kills and continues.</summary>
    /// <param name="times">The number of kills.</param>
    public KillReport Run(int times)
    {
        string root = Directory.CreateTempSubdirectory("conservative-ad-kill-").FullName;
        List<string> differences = [];
        int kills = 0, runs = 0;
        long start = Stopwatch.GetTimestamp();
        try
        {
            StudiedCommand command = new(name, root);
            string whole = Path.Combine(root, "whole"), broken = Path.Combine(root, "broken");
            start = Stopwatch.GetTimestamp();
            Ended first = command.Finish(whole);
            if (first.Code != 0)
                throw new InvalidOperationException($"The uninterrupted run returned {first.Code}: {first.Error}");
            string expected = StudiedCommand.ResultsOf(whole);
            double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            while (kills < times)
            {
                Ended ended = command.Kill(broken, (int)(random.NextDouble() * 1.05 * time));
                if (ended.Code is not null)
                {
                    Compare(ended);
                    continue;
                }

                kills++;
                if (kills % Stride == 0)
                    Progress?.Invoke(new KillReport(name, kills, runs, differences, Stopwatch.GetElapsedTime(start).TotalSeconds));
            }

            Compare(command.Finish(broken));

            void Compare(Ended ended)
            {
                runs++;
                if (ended.Code != 0)
                    differences.Add($"after {kills} kills --resume returned {ended.Code}: {ended.Error}");
                else if (StudiedCommand.ResultsOf(broken) is var found && found != expected)
                    differences.Add($"after {kills} kills the results are {found} instead of {expected}");
                Directory.Delete(broken, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return new KillReport(name, kills, runs, differences, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
