using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Benchmarks.Ranks;

/// <summary>Times <c>volume</c> on several ranks against one, each with one thread, in turn.</summary>
/// <param name="launcher">The words that start ranks, before their number.</param>
/// <param name="networks">Random networks in a row of the table.</param>
internal sealed partial class StudyScaling(IReadOnlyList<string> launcher, int networks)
{
    /// <summary>Measures.</summary>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="pairs">Interleaved pairs of samples.</param>
    /// <returns>
    /// A line with medians in seconds, of the study without the start of processes and of the whole job, and the median ratios of a pair. The machine's own is
    /// that of as many jobs of one rank at once, which know nothing of each other.
    /// </returns>
    public string Measure(int ranks, int pairs)
    {
        (double Study, double Job)[] one = new (double, double)[pairs], many = new (double, double)[pairs], apart = new (double, double)[pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            // Which comes first takes turns, so that a trend of the machine cancels.
            if (pair % 2 == 0)
                one[pair] = Run(1);
            many[pair] = Run(ranks);
            if (pair % 2 != 0)
                one[pair] = Run(1);
            (double Study, double Job)[] atOnce = Task.WhenAll(Enumerable.Range(0, ranks).Select(_ => Task.Run(() => Run(1)))).Result;
            apart[pair] = (atOnce.Max(run => run.Study) / ranks, atOnce.Max(run => run.Job) / ranks);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"pair {pair + 1}: {one[pair].Study:F1} s on one rank, {many[pair].Study:F1} s on {ranks}"));
        }

        return string.Create(CultureInfo.InvariantCulture, $"volume, {networks} networks, 1 thread a rank: {Median(one, run => run.Study):F1} s on one rank, "
            + $"{Median(many, run => run.Study):F1} s on {ranks}, median speed-up of a pair {Speedup(many, run => run.Study):F2}; with the start of "
            + $"processes {Median(one, run => run.Job):F1} s, {Median(many, run => run.Job):F1} s, {Speedup(many, run => run.Job):F2}; the machine's own, "
            + $"{ranks} jobs at once: {Speedup(apart, run => run.Study):F2}");

        double Speedup((double Study, double Job)[] runs, Func<(double Study, double Job), double> time) =>
            Median(one.Zip(runs, (alone, together) => time(alone) / time(together)));
    }

    private (double Study, double Job) Run(int ranks)
    {
        string folder = Directory.CreateTempSubdirectory("conservative-ad-scaling-").FullName;
        try
        {
            string[] words = [.. launcher, ranks.ToString(CultureInfo.InvariantCulture), "dotnet", typeof(Application).Assembly.Location, "volume", "--mpi",
                "--threads", "1", "--depths", "1,2", "--precisions", "32", "--networks", networks.ToString(CultureInfo.InvariantCulture), "--samples", "16384",
                "--data-set", "stand-in", "--out", folder];
            long start = Stopwatch.GetTimestamp();
            using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true })!;
            string told = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            double job = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Match time = Elapsed().Match(told);
            return process.ExitCode == 0 && time.Success
                ? (double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture), job)
                : throw new InvalidOperationException($"{string.Join(' ', words)} returned {process.ExitCode}: {told}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Median(IEnumerable<(double Study, double Job)> runs, Func<(double Study, double Job), double> time) => Median(runs.Select(time));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    [GeneratedRegex("([0-9.]+) s\\. Results are in")]
    private static partial Regex Elapsed();
}
