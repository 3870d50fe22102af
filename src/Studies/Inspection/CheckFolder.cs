using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Inspection;

/// <summary>The files that <c>check</c> writes.</summary>
internal static class CheckFolder
{
    /// <summary>Writes results, the table, the chart and the report.</summary>
    /// <param name="folder">The folder, which exists and is locked.</param>
    /// <param name="results">The results.</param>
    public static void Write(string folder, CheckResults results)
    {
        Chart chart = new("Paths that were tried", "", "paths")
        {
            Categories = [.. results.Programs.Select(program => program.Name)],
            Series =
            [
                new ChartSeries("conservative", ChartMark.Columns, Counts(results, program => program.Paths - program.FailedPaths)) { Color = 2 },
                new ChartSeries("not conservative", ChartMark.Columns, Counts(results, program => program.FailedPaths)) { Color = 1 },
                new ChartSeries("of all, inside kinks", ChartMark.Columns, Counts(results, program => program.PathsInsideKinks)) { Color = 0 },
            ],
        };
        string[] columns = ["program", "conservative", "paths", "paths inside kinks", "failed paths", "operation", "defect", "path"];
        string[][] rows = [.. results.Programs.Select(program => (string[])
        [
            program.Name, program.Conservative ? "yes" : "no", Number(program.Paths), Number(program.PathsInsideKinks), Number(program.FailedPaths),
            program.Operation ?? "", program.Defect?.ToString("0.######", CultureInfo.InvariantCulture) ?? "", program.Path ?? "",
        ])];
        HtmlReport report = new HtmlReport("Whether the results of backpropagation are conservative")
            .Lead("Along a path, the integral of what backpropagation returns is to be the change of the program's value, also inside kinks.")
            .Charts(chart)
            .Table(columns, rows)
            .Paragraph("The check can find faults and cannot prove their absence. The defect is the largest difference of integral and change over a part of "
                + "the worst path.")
            .Run(results.Settings, results.Machine);
        StudyFiles.Write(folder, results, [("programs", StudyFiles.Csv(columns, rows))], [("paths", [chart])], report);
    }

    private static ChartPoint[] Counts(CheckResults results, Func<CheckedProgram, int> count) =>
        [.. results.Programs.Select((program, i) => new ChartPoint(i, count(program)))];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
