using System.CommandLine;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>inspect</c>: small programs at their kinks.</summary>
internal static class InspectCommand
{
    private const double LargestSlope = 1e9;
    private const int MostShown = 3;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = ProgramName.Argument(OracleTable.Programs);
        Option<double[]?> slopes = OptionKinds.Numbers("--s", "The values of relu'(0); 0,0.5,1 if not given.", -LargestSlope, LargestSlope);
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of directions.", 0ul, 0ul, ulong.MaxValue);
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Option<string?> picture = OptionKinds.Text("--picture", "Draw a program of two variables: level sets, kinks, the subdifferential and the direction of steepest descent.", "NAME");
        picture.Validators.Add(result => ProgramName.Validate(result, [.. OracleTable.Programs.Where(program => program.Point.Length == 2)], "of two variables "));
        Option<string> folder = new("--out") { Description = "The folder for pictures.", DefaultValueFactory = _ => "results", HelpName = "DIR" };
        Command command = new("inspect", """
            Shows what happens at the kinks of small programs with exact answers: what backpropagation returns for each relu'(0), a Clarke
            gradient, Clarke's subdifferential by its generators and its element of least norm, whether the point is critical for
            backpropagation only, and which o-minimal structure the program lives in.

            Examples:
              conservative-ad inspect
              conservative-ad inspect identity-of-relus --s 0,0.5,1,10
              conservative-ad inspect --picture crescent
            """)
        {
            name,
            slopes,
            seed,
            json,
            picture,
            folder,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(picture) is { } drawn)
            {
                string file = InspectPicture.Save(OracleTable.Programs.Single(program => program.Name == drawn), parsed.GetValue(folder)!, parsed.GetValue(seed));
                terminal.Output.WriteLine(file);
                return ExitCode.Success;
            }

            string? wanted = parsed.GetValue(name);
            double[] values = OptionKinds.Given(parsed.GetValue(slopes), [0, 0.5, 1]);
            InspectResults results = new([.. OracleTable.Programs
                .Where(program => wanted is null || program.Name == wanted)
                .Select(program => Inspector.Inspect(program, values, parsed.GetValue(seed)))]);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(ResultsJson.Write(results));
            else if (wanted is null)
                PrintTable(terminal.Console(false), results);
            else
                PrintOne(terminal.Console(false), results.Programs[0]);
            return ExitCode.Success;
        });
        return command;
    }

    private static void PrintTable(IAnsiConsole console, InspectResults results)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("program").NoWrap()).AddColumn("at").AddColumn("value");
        foreach (string s in results.Programs[0].Backprop.Keys)
            table.AddColumn($"s = {s}");
        table.AddColumns("Clarke", "corners", "least norm");
        foreach (string column in (ReadOnlySpan<string>)["artificial", "class", "kinks"])
            table.AddColumn(new TableColumn(column).NoWrap());
        foreach (InspectedProgram program in results.Programs)
        {
            List<string> cells = [program.Name, NumberText.Of(program.Point), NumberText.Of(program.Value)];
            cells.AddRange(program.Backprop.Values.Select(NumberText.Short));
            cells.AddRange([NumberText.Short(program.Clarke), GeneratorsInShort(program), NumberText.Short(program.MinimalNorm), Artificial(program), Class(program), Kinks(program)]);
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
        console.MarkupLine(Markup.Escape("Columns s = …: backpropagation with relu'(0) = s, other choices as in PyTorch. Clarke: one element of the subdifferential; corners: those of the set. Artificial: critical for backpropagation only. A program's formula and all of its corners: conservative-ad inspect NAME."));
    }

    private static void PrintOne(IAnsiConsole console, InspectedProgram program)
    {
        Grid grid = new Grid().AddColumns(2);
        void Row(string name, string text) => grid.AddRow(Markup.Escape(name), Markup.Escape(text));
        Row("program", $"{program.Name}: {program.Formula}");
        Row("at", NumberText.Of(program.Point));
        Row("value", NumberText.Of(program.Value));
        Row("kinks", Kinks(program));
        foreach ((string s, double[] gradient) in program.Backprop)
            Row($"backpropagation, s = {s}", NumberText.Of(gradient));
        Row("over all selections", NumberText.Of(program.BackpropGenerators));
        Row("Clarke gradient", NumberText.Of(program.Clarke));
        Row("Clarke subdifferential", $"{program.KnownSet}; generators {Generators(program)}");
        Row("element of least norm", NumberText.Of(program.MinimalNorm));
        Row("artificial critical point", Artificial(program));
        Row("class", Class(program));
        console.Write(grid);
    }

    private static string Generators(InspectedProgram program) => NumberText.Of(program.Generators) + (program.IsExact ? "" : " (a sample)");

    private static string GeneratorsInShort(InspectedProgram program) => program.Generators.Count <= MostShown && program.Point.Length < 3 ? Generators(program) : $"{program.Generators.Count} {(program.IsExact ? "in all" : "drawn")}";

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

    private static string Kinks(InspectedProgram program) => program.Kinks.Count == 0 ? "none" : string.Join(", ", program.Kinks.GroupBy(met => met.Operation).Select(group => $"{group.Sum(met => met.Count)} × {group.Key}"));
}
