using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Benchmarks.Sets;

/// <summary>The command that times Clarke sets of many kinks.</summary>
internal static class SetsCommand
{
    public static Command Create()
    {
        Option<int> repeats = new("--repeats") { Description = "Times that each set is found; the median counts.", DefaultValueFactory = _ => 3 };
        Option<int> budget = new("--budget") { Description = "The largest number of passes for one answer.", DefaultValueFactory = _ => 100_000 };
        Option<string> filter = new("--filter") { Description = "Only points whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("sets", "Times Clarke sets of many kinks: the element of least norm with its proof.") { repeats, budget, filter };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| point | proved by | distance from 0 | stationary | seconds | wanted |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            _ = Clarke.Subdifferential(Objective.OfTensor(x => x.Abs().Sum()), new double[20]);
            foreach (SetPoint point in SetPoint.All().Where(point => point.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase)))
            {
                List<double> seconds = [];
                ClarkeSubdifferential? set = null;
                while (seconds.Count < parsed.GetValue(repeats))
                {
                    long began = Stopwatch.GetTimestamp();
                    set = Clarke.Subdifferential(point.Objective, point.Point, new SetOptions { Budget = parsed.GetValue(budget) });
                    _ = set.Distance;
                    seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
                }

                seconds.Sort();
                Bounds distance = set!.Distance;
                string stationary = set.IsStationary() switch { true => "yes", false => "no", null => "open" };
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {point.Name} | {set.Proof} | {distance.Lower:g7} to {distance.Upper:g7} | {stationary} | "
                    + $"{seconds[seconds.Count / 2]:0.##} | {point.Wanted} |"));
            }

            return 0;
        });
        return command;
    }
}
