using System.Globalization;
using ConservativeAD.Solvers;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Solving;

/// <summary>The files that <c>solve</c> writes.</summary>
internal static class SolveFolder
{
    // Gaps at or below the rounding of a value are drawn here.
    private const double LeastGap = 1e-16;

    /// <summary>Writes results, the table, charts and the report.</summary>
    /// <param name="folder">The folder, which exists and is locked.</param>
    /// <param name="results">The results, at least one.</param>
    public static void Write(string folder, SolveResults results)
    {
        Chart gaps = Of(results, "Gap to the optimum, relative to max(1, |optimum|)", "gap",
            solved => solved.Gap is { } gap ? Math.Max(gap, LeastGap) : double.NaN);
        Chart evaluations = Of(results, "Evaluations of value and gradient", "evaluations", solved => solved.Evaluations);
        Chart stationarity = Of(results, "Distance of a subdifferential from 0", "stationarity", solved => Math.Max(solved.Stationarity, LeastGap));
        string[] columns = ["problem", "n", "method", "evaluations", "value", "optimum", "gap", "violation", "stationarity", "measured by", "artificial",
            "stopped", "seconds"];
        string[][] rows = [.. results.Results.Select(solved => (string[])
        [
            solved.Problem, Text(solved.Dimension, "0"), solved.Method, Text(solved.Evaluations, "0"), Text(solved.Value, "0.#########"),
            Text(solved.Optimum, "0.#########"), Text(solved.Gap, "0.0E+0"), Text(solved.Violation, "0.0E+0"), Text(solved.Stationarity, "0.0E+0"),
            solved.Measure == StationarityKind.ClarkeDistance ? "Clarke" : "Goldstein",
            solved.IsArtificial switch { true => "yes", false => "no", null => "unknown" }, SolvedProblem.Text(solved.Reason), Text(solved.Seconds, "0.00"),
        ])];
        HtmlReport report = new HtmlReport("Test problems of nonsmooth optimisation")
            .Charts(gaps, evaluations, stationarity)
            .Table(columns, rows)
            .Paragraph("Stationarity is the distance from 0 of Clarke's subdifferential at the point, or of Goldstein's over a small ball around it; of the "
                + "Lagrange function, where there are constraints. Gaps below 1e-16 are drawn at 1e-16; a problem whose optimum is unknown or "
                + "unbounded has none.")
            .Run(results.Settings!, results.Machine, results.Results.Sum(solved => solved.Seconds));
        StudyFiles.Write(folder, results, [("problems", StudyFiles.Csv(columns, rows))],
            [("gaps", [gaps]), ("evaluations", [evaluations]), ("stationarity", [stationarity])], report);
    }

    private static Chart Of(SolveResults results, string title, string name, Func<SolvedProblem, double> value)
    {
        string[] problems = [.. results.Results.Select(solved => solved.Problem).Distinct()], methods = [.. results.Results.Select(solved => solved.Method)
            .Distinct()];
        return new Chart(title, "", name)
        {
            Categories = problems,
            IsLogarithmicY = true,
            Series = [.. methods.Select((method, k) => new ChartSeries(method, ChartMark.Points,
                [.. results.Results.Where(solved => solved.Method == method)
                    .Select(solved => new ChartPoint(Array.IndexOf(problems, solved.Problem) + (0.5 * (((k + 0.5) / methods.Length) - 0.5)), value(solved)))])
            {
                Color = k,
                IsOpen = k >= ChartPalette.Light.Count,
            })],
        };
    }

    private static string Text(double? value, string format) => value is { } number && double.IsFinite(number)
        ? number.ToString(format, CultureInfo.InvariantCulture)
        : "–";
}
