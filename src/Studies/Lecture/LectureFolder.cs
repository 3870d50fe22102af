using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Lecture;

/// <summary>The files of the lecture: results.json, report.html, measurements.csv, and each picture as PNG and SVG.</summary>
internal static class LectureFolder
{
    public const string TableName = "measurements";

    /// <summary>Writes all files.</summary>
    /// <param name="results">The pages.</param>
    /// <param name="folder">The folder.</param>
    public static void Write(LectureResults results, string folder)
    {
        Dictionary<string, Chart> charts = results.Pages.SelectMany(page => page.Pictures).ToDictionary(picture => picture.Name, PictureChart.Of);
        StudyFiles.Write(
            folder,
            results,
            [(TableName, StudyFiles.Csv(["page", "quantity", "measured", "theory", "holds"], results.Pages.SelectMany(page => page.Measurements.Select(row =>
                (string[])[page.Name, row.Quantity, Number(row.Value, row.Measured), Number(row.Expected, row.Predicted), row.Holds ? "yes" : "no"]))))],
            charts.Select(chart => (chart.Key, (IReadOnlyList<Chart>)[chart.Value])),
            LectureReport.Write(results, charts));
    }

    private static string Number(double? value, string text) => value?.ToString("R", CultureInfo.InvariantCulture) ?? text;
}
