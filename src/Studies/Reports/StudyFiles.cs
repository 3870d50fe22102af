using System.Text;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>The files that every study writes into its folder.</summary>
internal static class StudyFiles
{
    public const string ResultsName = "results.json";
    public const string ReportName = "report.html";
    public const string JournalName = "journal.jsonl";

    /// <summary>Writes results.json, tables as CSV, charts as PNG and SVG, and report.html.</summary>
    /// <param name="folder">The folder for results, which exists and is locked.</param>
    /// <param name="results">The results.</param>
    /// <param name="tables">Names of files without ending, and their text.</param>
    /// <param name="pictures">Names of files without ending, and the charts of each.</param>
    /// <param name="report">The report.</param>
    public static void Write<TResults>(string folder, TResults results, IEnumerable<(string Name, string Csv)> tables,
        IEnumerable<(string Name, IReadOnlyList<Chart> Charts)> pictures, HtmlReport report)
    {
        AtomicFile.WriteText(Path.Combine(folder, ResultsName), ResultsJson.Write(results) + "\n");
        foreach ((string name, string csv) in tables)
            AtomicFile.WriteText(Path.Combine(folder, name + ".csv"), csv);
        foreach ((string name, IReadOnlyList<Chart> charts) in pictures)
            ChartFiles.Save(charts, folder, name);
        AtomicFile.WriteText(Path.Combine(folder, ReportName), report.ToString());
    }

    /// <summary>A table as CSV (RFC 4180).</summary>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">Their cells.</param>
    public static string Csv(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
    {
        StringBuilder text = new();
        foreach (IEnumerable<string> row in rows.Prepend(columns))
            text.AppendJoin(',', row.Select(Quoted)).Append('\n');
        return text.ToString();
    }

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
