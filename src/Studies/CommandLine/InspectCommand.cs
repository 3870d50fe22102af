using System.CommandLine;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>inspect</c>: small programs at their kinks.</summary>
internal static class InspectCommand
{
    private const double LargestSlope = 1e9;
    private const int MaximumShown = 3;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = ProgramName.Argument(OracleTable.Programs);
        Option<double[]?> slopes = OptionKinds.Numbers("--s", "The values of relu'(0); 0,0.5,1 if not given.", -LargestSlope, LargestSlope);
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of directions.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Option<string?> picture = OptionKinds.Text("--picture",
            "Draw a program of two variables: level sets, kinks, the subdifferential and the direction of steepest descent.", "NAME");
        picture.Validators.Add(result =>
            ProgramName.Validate(result, [.. OracleTable.Programs.Where(program => program.Point.Length == 2)], "of two variables "));
        Option<string?> folder = OptionKinds.Text("--out",
            "Also write results, tables, charts and a report to this folder; with --picture the folder of the picture, results if not given.", "DIR");
        StudyCommand command = new("inspect", """
            Shows what happens at the kinks of small programs with exact answers: what backpropagation returns for each relu'(0), a Clarke
            gradient, Clarke's subdifferential by its generators and its element of least norm, whether the point is critical for
            backpropagation only, and which o-minimal structure the program lives in.

            Examples:
              conservative-ad inspect
              conservative-ad inspect identity-of-relus --s 0,0.5,1,10
              conservative-ad inspect --out results/inspect
              conservative-ad inspect --picture crescent
            """)
        {
            Plan = parsed => new InspectPlan(
                parsed.GetValue(name),
                OptionKinds.Given(parsed.GetValue(slopes), [0, 0.5, 1]),
                parsed.GetValue(seed),
                parsed.GetValue(json),
                parsed.GetValue(picture),
                parsed.GetValue(folder) ?? (parsed.GetValue(picture) is null ? null : "results")),
        };
        command.Arguments.Add(name);
        command.Takes(slopes, seed, json, folder);
        command.TakesAlone(picture, seed, folder);
        command.SetAction(parsed =>
        {
            InspectPlan plan = (InspectPlan)command.Plan(parsed);
            using StageNotes notes = new(terminal);
            using ResultsFolder? held = plan.Out is { } path ? ResultsFolder.Open(path, command.Name) : null;
            if (plan.Picture is { } drawn)
            {
                notes.Begin($"drawing {drawn}");
                terminal.Output.WriteLine(InspectPicture.Save(OracleTable.Programs.Single(program => program.Name == drawn), held!.Path, plan.Seed,
                    terminal.Cancellation));
                return ExitCode.Success;
            }

            List<InspectedProgram> inspected = [];
            foreach (NamedProgram program in OracleTable.Programs.Where(program => plan.Name is null || program.Name == plan.Name))
            {
                if (terminal.Cancellation.IsCancellationRequested)
                    break;
                notes.Begin(program.Name);
                inspected.Add(Inspector.Inspect(program, plan.Slopes, plan.Seed));
            }

            InspectResults results = new(new InspectSettings(plan.Slopes, plan.Seed), inspected);
            if (held is not null && inspected.Count > 0)
                InspectFolder.Write(held.Path, results);
            notes.Dispose();
            if (plan.Json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            else if (plan.Name is null || inspected.Count == 0)
                PrintTable(terminal.Console(false), inspected);
            else
                PrintOne(terminal.Console(false), inspected[0]);
            return terminal.Cancellation.IsCancellationRequested ? throw new OperationCanceledException() : ExitCode.Success;
        });
        return command;
    }

    private static void PrintTable(IAnsiConsole console, List<InspectedProgram> programs)
    {
        FigureTable table = new(1,
        [
            new FigureColumn("program"), new FigureColumn("at"), new FigureColumn("value"),
            .. (programs.Count == 0 ? [] : programs[0].Backprop.Keys).Select(s => new FigureColumn($"s = {s}")),
            new FigureColumn("Clarke"), new FigureColumn("corners"), new FigureColumn("least norm"), new FigureColumn("artificial"), new FigureColumn("class"),
                new FigureColumn("kinks"),
        ]);
        foreach (InspectedProgram program in programs)
        {
            List<string> cells = [program.Name, NumberText.Of(program.Point), NumberText.Of(program.Value)];
            cells.AddRange(program.Backprop.Values.Select(NumberText.Short));
            cells.AddRange([NumberText.Short(program.Clarke), GeneratorsInShort(program), NumberText.Short(program.MinimalNorm), Artificial(program),
                Class(program), Kinks(program)]);
            table.Add([.. cells]);
        }

        table.Write(console);
        console.MarkupLine(
            Markup.Escape("Columns s = …: backpropagation with relu'(0) = s, other choices as in PyTorch. Clarke: one element of the subdifferential; "
                + "corners: those of the set. Artificial: critical for backpropagation only. A program's formula and all of its corners: conservative-ad "
                + "inspect NAME."));
    }

    private static void PrintOne(IAnsiConsole console, InspectedProgram program)
    {
        FigureTable table = new(1, new FigureColumn(""), new FigureColumn("", Wraps: true)) { HasHeadings = false };
        table.Add("program", $"{program.Name}: {program.Formula}");
        table.Add("at", NumberText.Of(program.Point));
        table.Add("value", NumberText.Of(program.Value));
        table.Add("kinks", Kinks(program));
        foreach ((string s, double[] gradient) in program.Backprop)
            table.Add($"backpropagation, s = {s}", NumberText.Of(gradient));
        table.Add("over all selections", NumberText.Of(program.BackpropGenerators));
        table.Add("Clarke gradient", NumberText.Of(program.Clarke));
        table.Add("Clarke subdifferential", $"{program.KnownSet}; generators {Generators(program)}");
        table.Add("element of least norm", NumberText.Of(program.MinimalNorm));
        table.Add("artificial critical point", Artificial(program));
        table.Add("class", Class(program));
        table.Write(console);
    }

    private static string Generators(InspectedProgram program) => NumberText.Of(program.Generators) + (program.IsExact ? "" : " (a sample)");

    private static string GeneratorsInShort(InspectedProgram program) =>
        program.Generators.Count <= MaximumShown && program.Point.Length < 3
        ? Generators(program)
        : $"{program.Generators.Count} {(program.IsExact ? "in all" : "drawn")}";

    private static string Artificial(InspectedProgram program) => program.ArtificialCritical switch
    {
        true => "yes",
        false => "no",
        null => "unknown",
    };

    private static string Class(InspectedProgram program) => program.TameClass switch
    {
        TameClass.Polynomial => "polynomial",
        TameClass.SemiAlgebraic => "semi-algebraic",
        TameClass.GloballySubanalytic => "globally subanalytic",
        TameClass.LogExp => "log-exp",
        TameClass.Pfaffian => "Pfaffian",
        _ => "not tame",
    };

    private static string Kinks(InspectedProgram program) =>
        program.Kinks.Count == 0
        ? "none"
        : string.Join(", ", program.Kinks.GroupBy(met => met.Operation).Select(group => $"{group.Sum(met => met.Count)} × {group.Key}"));
}

/// <summary>The request of an <c>inspect</c> command.</summary>
/// <param name="Name">The program; all if null.</param>
/// <param name="Slopes">The values of relu'(0).</param>
/// <param name="Seed">The seed of directions.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Picture">The program to draw instead; null for none.</param>
/// <param name="Out">The folder for results or the picture; null for none.</param>
internal sealed record InspectPlan(string? Name, double[] Slopes, ulong Seed, bool Json, string? Picture, string? Out);
