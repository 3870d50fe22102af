using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>The command that measures the scalar tape, alone or alternately with programs in other languages.</summary>
internal static class ScalarsCommand
{
    private const double SameResult = 1e-6;

    // The JIT compiles a method for the last time after a few dozen calls, which it counts only once the program has settled.
    private const int WarmUps = 60;
    private static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Option<FileInfo[]> beside =
            new("--beside")
            {
                Description =
                "Programs that differentiate the same functions, called as PROGRAM NAME RUNS (what they print: docs/performance.md); measured in turn with "
                + "the tape.",
                AllowMultipleArgumentsPerToken = true
            };
        beside.AcceptExistingOnly();
        Option<int> rounds = new("--rounds") { Description = "Interleaved rounds.", DefaultValueFactory = _ => 7 };
        Option<int> runs = new("--runs") { Description = "Runs in a round.", DefaultValueFactory = _ => 5 };
        Option<string> filter = new("--filter") { Description = "Only programs whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("scalars", "Nanoseconds an operation of the scalar tape: recording and reverse pass.") { beside, rounds, runs, filter };
        command.SetAction(parsed =>
        {
            FileInfo[] others = parsed.GetValue(beside) ?? [];
            Console.WriteLine("| program | plain numbers | recording | reverse | together |"
                + string.Concat(others.Select(other => $" {other.Name} | ratio |")));
            Console.WriteLine("| --- | --- | --- | --- | --- |" + string.Concat(others.Select(_ => " --- | --- |")));
            foreach (Func<ScalarProgramTimer> make in All())
            {
                using ScalarProgramTimer program = make();
                if (program.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase))
                    Console.WriteLine(Row(program, others, parsed.GetValue(rounds), parsed.GetValue(runs)));
            }

            return 0;
        });
        return command;
    }

    private static Func<ScalarProgramTimer>[] All() =>
    [
        () => new ScalarProgramTimer<Burgers>(),
        () => new ScalarProgramTimer<ScalarMlp>(),
        () => new ScalarProgramTimer<BlackScholes>(),
        () => new ScalarProgramTimer<SortingNetwork>(),
        () => new ScalarProgramTimer<InsertionSort>(),
        () => new ScalarProgramTimer<RandomUpdates>(),
    ];

    private static string Row(ScalarProgramTimer program, FileInfo[] others, int rounds, int runs)
    {
        WarmUp(() => program.Differentiate(WarmUps));
        WarmUp(() => program.Evaluate(WarmUps));
        List<ScalarRun> ours = [];
        List<double> plain = [];
        List<ScalarRun>[] theirs = [.. others.Select(_ => new List<ScalarRun>())];
        for (int round = 0; round < rounds; round++)
        {
            ours.Add(program.Differentiate(runs));
            plain.Add(program.Evaluate(runs));
            for (int i = 0; i < others.Length; i++)
            {
                if (OtherProgram.Run(others[i], program.Name, runs) is ScalarRun run)
                    theirs[i].Add(Checked(run, ours[0], others[i].Name, program.Name));
            }
        }

        string row = string.Create(CultureInfo.InvariantCulture,
            $"| {program.Title} | {Interleaved.Median([.. plain]):0.00} | {Of(ours, run => run.Recording):0.00} | {Of(ours, run => run.Reverse):0.00} | "
                + $"**{Of(ours, run => run.Total):0.00}** |");
        foreach (List<ScalarRun> other in theirs)
        {
            if (other.Count == 0)
            {
                row += " – | – |";
                continue;
            }

            double ratio = Interleaved.Median([.. ours.Zip(other, (mine, their) => mine.Total / their.Total)]);
            row += string.Create(CultureInfo.InvariantCulture, $" {Of(other, run => run.Total):0.00} | {ratio:0.00} |");
        }

        return row;
    }

    private static void WarmUp(Action action)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < LeastWarmUp;)
            action();
    }

    private static double Of(List<ScalarRun> runs, Func<ScalarRun, double> time) => Interleaved.Median([.. runs.Select(time)]);

    private static ScalarRun Checked(ScalarRun other, ScalarRun ours, string peer, string program)
    {
        foreach ((double theirs, double mine) in new[] { (other.Value, ours.Value), (other.WeightedSum, ours.WeightedSum),
            (other.AbsoluteSum, ours.AbsoluteSum) })
        {
            if (!(Math.Abs(theirs - mine) <= SameResult * Math.Max(Math.Abs(mine), ours.AbsoluteSum)))
                throw new InvalidOperationException($"{peer} computes another result of {program}: {theirs:G9} instead of {mine:G9}.");
        }

        return other;
    }
}
