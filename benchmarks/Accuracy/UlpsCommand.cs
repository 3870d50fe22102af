using System.CommandLine;
using ConservativeAD.Tests.Accuracy;

namespace ConservativeAD.Benchmarks.Accuracy;

/// <summary>The command that measures the largest error of every elementwise operation against 180 bits.</summary>
internal static class UlpsCommand
{
    public static Command Create()
    {
        Option<int> samples = new("--samples")
        {
            Description = "Arguments from each range: all exponents, ordinary size, near every critical point.",
            DefaultValueFactory = _ => 1500
        };
        Option<string> filter = new("--filter") { Description = "Only functions whose name contains this.", DefaultValueFactory = _ => "" };
        Option<FileInfo?> page =
            new("--page")
            {
                Description =
                "A page with the table: no bound is lowered below what it states, and its table is replaced. For runs with DOTNET_EnableAVX512=0 and "
                + "DOTNET_EnableAVX2=0."
            };
        Option<bool> where = new("--where") { Description = "Also tell at which arguments the largest errors were met." };
        Command command = new("ulps", "Measures the largest error of every elementwise operation, in units in the last place.") { samples, filter, page,
            where };
        command.SetAction(parsed =>
        {
            FileInfo? file = parsed.GetValue(page);
            string text = file is { Exists: true } ? File.ReadAllText(file.FullName) : "";
            Dictionary<string, double[]> before = AccuracyTable.Read(text);
            List<string> rows = [];
            foreach (ElementaryFunction function in ElementaryFunctions.All.Where(function =>
                function.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase)))
            {
                rows.Add(AccuracyTable.Row(function, parsed.GetValue(samples), before.GetValueOrDefault(function.Name), out string places));
                if (parsed.GetValue(where))
                    Console.Error.WriteLine(places);
            }

            string table = string.Join('\n', rows.Prepend(AccuracyTable.Header));
            Console.WriteLine(table);
            if (file is { Exists: true } && parsed.GetValue(filter)!.Length == 0)
                File.WriteAllText(file.FullName, AccuracyTable.Replaced(text, table));
            return 0;
        });
        return command;
    }
}
