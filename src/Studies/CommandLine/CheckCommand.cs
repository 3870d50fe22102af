using System.CommandLine;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>check</c>: whether what backpropagation returns is conservative.</summary>
internal static class CheckCommand
{
    private const double LargestSlope = 1e9;
    private const int MostPaths = 10_000;

    private static readonly NamedProgram[] Programs = [.. OracleTable.Programs, .. Counterexamples.Programs];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = ProgramName.Argument(Programs);
        name.Description = "The program; all that are meant to pass if not given.";
        Option<double> slope = OptionKinds.Number("--s", "The value of relu'(0).", 0.0, -LargestSlope, LargestSlope);
        Option<int> paths = OptionKinds.Number("--paths", "How many random segments, as many curves, and twice as many segments inside kinks.", 6, 1, MostPaths);
        Option<double> radius = OptionKinds.Number("--radius", "How far from the program's point paths go.", 2.0, 1e-6, 1e6);
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of the paths.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Command command = new("check", """
            Checks that the integral of what backpropagation returns along a path is the change of the program's value, on random paths and
            on paths inside the kinks: a gradient check that means something where difference quotients do not. Exits with 1 where it is not.

            Examples:
              conservative-ad check
              conservative-ad check relu --s 1000
              conservative-ad check maximum-to-both
            """)
        {
            name,
            slope,
            paths,
            radius,
            seed,
            json,
        };
        command.SetAction(parsed =>
        {
            string? wanted = parsed.GetValue(name);
            NamedProgram[] programs = wanted is null ? [.. OracleTable.Programs] : [Programs.Single(program => program.Name == wanted)];
            List<CheckedProgram> results = [];
            foreach (NamedProgram program in programs)
            {
                terminal.Cancellation.ThrowIfCancellationRequested();
                results.Add(Check(program, parsed.GetValue(slope), parsed.GetValue(paths), parsed.GetValue(radius), parsed.GetValue(seed)));
            }

            if (parsed.GetValue(json))
                terminal.Output.WriteLine(ResultsJson.Write(new CheckResults(results)));
            else
                Print(terminal.Console(false), results);
            return results.TrueForAll(result => result.Conservative) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static CheckedProgram Check(NamedProgram program, double slope, int paths, double radius, ulong seed)
    {
        Box domain = new([.. program.Point.Select(x => x - radius)], [.. program.Point.Select(x => x + radius)]);
        ConservativityReport report = Conservativity.Check(program.Objective, domain, new ConservativityOptions
        {
            Selections = Selections.PyTorch with { ReluAtZero = slope },
            Paths = paths,
            StratumPaths = 2 * paths,
            Seed = seed,
        });
        ConservativityDefect? worst = report.Failures.Count > 0 ? report.Failures[0] : null;
        return new CheckedProgram(program.Name, report.IsConservative, report.PathsTried, report.StratumPathsTried, worst?.Culprit?.Name, worst?.Path.ToString(), worst?.Defect, report.ToString());
    }

    private static void Print(IAnsiConsole console, List<CheckedProgram> results)
    {
        foreach (CheckedProgram result in results)
            console.MarkupLine(Markup.Escape($"{result.Name}: {result.Report}"));
    }
}
