using System.CommandLine;
using System.Globalization;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>inspect</c>: small programs at their kinks.</summary>
internal static class InspectCommand
{
    private const double LargestSlope = 1e9;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME") { Description = "The program; all of them if not given.", Arity = ArgumentArity.ZeroOrOne };
        name.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && OracleTable.Programs.All(program => program.Name != result.Tokens[0].Value))
                result.AddError($"There is no program '{result.Tokens[0].Value}'; there are {string.Join(", ", OracleTable.Programs.Select(program => program.Name))}.");
        });
        Option<double[]?> slopes = OptionKinds.Numbers("--s", "The values of relu'(0); 0,0.5,1 if not given.", -LargestSlope, LargestSlope);
        Option<bool> json = OptionKinds.Flag("--json", "Print JSON on standard output.");
        Command command = new("inspect", """
            Shows what backpropagation returns at the kinks of small programs with exact answers.

            Examples:
              conservative-ad inspect
              conservative-ad inspect identity-of-relus --s 0,0.5,1,10
            """)
        {
            name,
            slopes,
            json,
        };
        command.SetAction(parsed =>
        {
            string? wanted = parsed.GetValue(name);
            double[] values = OptionKinds.Given(parsed.GetValue(slopes), [0, 0.5, 1]);
            InspectResults results = new([.. OracleTable.Programs
                .Where(program => wanted is null || program.Name == wanted)
                .Select(program => Inspector.Inspect(program, values))]);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(ResultsJson.Write(results));
            else
                Print(terminal.Console(false), results);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, InspectResults results)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("program", "at", "value");
        foreach (string s in results.Programs[0].Backprop.Keys)
            table.AddColumn($"s = {s}");
        table.AddColumns("Clarke", "kinks met");
        foreach (InspectedProgram program in results.Programs)
        {
            List<string> cells = [$"{program.Name}: {program.Formula}", Numbers(program.Point), Number(program.Value)];
            cells.AddRange(program.Backprop.Values.Select(Numbers));
            cells.Add(program.Clarke);
            cells.Add(program.Kinks.Count == 0 ? "none recorded" : string.Join(", ", program.Kinks.Select(met => $"{met.Count} × {met.Operation}")));
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
        console.MarkupLine(Markup.Escape("Backpropagation with relu'(0) = s; other choices as in PyTorch."));
    }

    private static string Numbers(double[] values) => values.Length == 1 ? Number(values[0]) : $"({string.Join(", ", values.Select(Number))})";

    // Adding 0 turns −0 into 0.
    private static string Number(double value) => (value + 0).ToString("0.####", CultureInfo.InvariantCulture);
}
