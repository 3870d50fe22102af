using System.CommandLine;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>check</c>: checks whether the results of backpropagation are conservative.</summary>
internal static class CheckCommand
{
    private const double LargestSlope = 1e9;
    private const int MaximumPaths = 10_000;

    private static readonly NamedProgram[] Programs = [.. OracleTable.Programs, .. Counterexamples.Programs];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = ProgramName.Argument(Programs);
        name.Description = "The program; all that are meant to pass if not given.";
        Option<double> slope = OptionKinds.Number("--s", "The value of relu'(0).", 0.0, -LargestSlope, LargestSlope);
        Option<int> paths = OptionKinds.Number("--paths", "How many random segments, as many curves, and twice as many segments inside kinks.", 6, 1,
            MaximumPaths);
        Option<double> radius = OptionKinds.Number("--radius", "How far from the program's point paths go.", 2.0, 1e-6, 1e6);
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of the paths.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Option<string?> folder = OptionKinds.Text("--out", "Also write results, tables, charts and a report to this folder.", "DIR");
        StudyCommand command = new("check", """
            Checks that the integral of what backpropagation returns along a path is the change of the program's value, on random paths and
            on paths inside the kinks: a gradient check that means something where difference quotients do not. Exits with 1 where it is not.

            Examples:
              conservative-ad check
              conservative-ad check relu --s 1000
              conservative-ad check maximum-to-both
              conservative-ad check --out results/check
            """)
        {
            Plan = parsed =>
                new CheckPlan(parsed.GetValue(name), parsed.GetValue(slope), parsed.GetValue(paths), parsed.GetValue(radius), parsed.GetValue(seed),
                    parsed.GetValue(json), parsed.GetValue(folder)),
        };
        command.Arguments.Add(name);
        command.Takes(slope, paths, radius, seed, json, folder);
        command.SetAction(parsed =>
        {
            CheckPlan plan = (CheckPlan)command.Plan(parsed);
            NamedProgram[] programs = plan.Name is null ? [.. OracleTable.Programs] : [Programs.Single(program => program.Name == plan.Name)];
            using ResultsFolder? held = plan.Out is { } path ? ResultsFolder.Open(path, command.Name) : null;
            List<CheckedProgram> results = [];
            using StageNotes notes = new(terminal);
            try
            {
                foreach (NamedProgram program in programs)
                {
                    notes.Begin($"checking {program.Name}");
                    results.Add(Check(program, plan, terminal.Cancellation));
                }
            }
            catch (OperationCanceledException)
            {
                // Results of finished checks are printed.
            }

            notes.Dispose();
            CheckResults all = new(new CheckSettings(plan.Slope, plan.Paths, plan.Radius, plan.Seed), results);
            if (held is not null && results.Count > 0)
                CheckFolder.Write(held.Path, all);
            if (plan.Json)
                terminal.Output.WriteLine(ResultsJson.Write(all));
            else
                Print(terminal.Console(false), results);
            if (results.Count < programs.Length)
                throw new OperationCanceledException();
            return results.TrueForAll(result => result.Conservative) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static CheckedProgram Check(NamedProgram program, CheckPlan plan, CancellationToken cancellation)
    {
        Box domain = new([.. program.Point.Select(x => x - plan.Radius)], [.. program.Point.Select(x => x + plan.Radius)]);
        ConservativityOptions options = new()
        {
            Selections = Selections.PyTorch with { ReluAtZero = plan.Slope },
            Paths = plan.Paths,
            StratumPaths = 2 * plan.Paths,
            Seed = plan.Seed,
        };
        ConservativityReport report = Conservativity.Check(program.Objective, domain, options, cancellation);
        ConservativityDefect? worst = report.Failures.Count > 0 ? report.Failures[0] : null;
        return new CheckedProgram(program.Name, report.IsConservative, report.PathsTried, report.StratumPathsTried, report.Failures.Count,
            worst?.Operation?.Name, worst?.Path.ToString(), worst?.Defect, report.ToString());
    }

    private static void Print(IAnsiConsole console, List<CheckedProgram> results)
    {
        foreach (CheckedProgram result in results)
            console.MarkupLine(Markup.Escape($"{result.Name}: {result.Report}"));
    }
}

/// <summary>The request of a <c>check</c> command.</summary>
/// <param name="Name">The program; if null, all that should pass.</param>
/// <param name="Slope">The value of relu'(0).</param>
/// <param name="Paths">The number of segments.</param>
/// <param name="Radius">The length of the paths.</param>
/// <param name="Seed">The seed of the paths.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Out">The folder for results; null for none.</param>
internal sealed record CheckPlan(string? Name, double Slope, int Paths, double Radius, ulong Seed, bool Json, string? Out);
