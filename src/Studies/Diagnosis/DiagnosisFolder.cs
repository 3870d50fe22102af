using System.Globalization;
using ConservativeAD.Diagnostics;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>The files that <c>diagnose</c> writes.</summary>
internal static class DiagnosisFolder
{
    /// <summary>Writes results, tables, pictures and the report.</summary>
    /// <param name="diagnoses">One, or for perceptrons one per width.</param>
    /// <param name="settings">The settings of the measurements.</param>
    /// <param name="folder">The folder, which exists and is locked.</param>
    /// <returns>The results, with the files of the pictures in them.</returns>
    public static DiagnosisResults Write(IReadOnlyList<RunDiagnosis> diagnoses, DiagnosisSettings settings, string folder)
    {
        (string Name, IReadOnlyList<Chart> Charts)[] pictures = [.. DiagnosisCharts.Of(diagnoses, settings.Pictures)
            .Select(picture => ($"{diagnoses[0].Program.Name}-{picture.Picture.ToString().ToLowerInvariant()}", (IReadOnlyList<Chart>)picture.Charts))];
        string[] files = [.. pictures.Select(picture => Path.Combine(folder, picture.Name + ".png"))];
        DiagnosisResults results = new([.. diagnoses.Select(diagnosis => DiagnosedRun.Of(diagnosis, files))]) { Settings = settings };
        HtmlReport report = Report(results, settings, diagnoses[0].Program, pictures.SelectMany(picture => picture.Charts));
        StudyFiles.Write(folder, results, [("readings", Csv(results)), ("trajectory", Trajectories(diagnoses))], pictures, report);
        return results;
    }

    private static HtmlReport Report(DiagnosisResults results, DiagnosisSettings settings, DiagnosedProgram program, IEnumerable<Chart> charts)
    {
        HtmlReport report = new($"What theory says of gradient descent on {results.Results[0].Program}");
        report.Lead(results.Results[0].Formula);
        report.NoticeOfData(program.Data ?? "", program.IsDataStandIn);
        report.Charts(charts);
        foreach (DiagnosedRun run in results.Results)
        {
            report.Heading(results.Results.Count == 1 ? "Readings" : run.Formula).Table(
                ["instrument", "gradient", "holds", "reading"],
                run.Readings.Select(reading => (string[])[reading.Instrument, reading.Gradient, YesOrNo(reading.Holds), reading.Text]));
            if (run.Theorems.Count == 0)
                report.Notice("Stopped before every instrument was read.");
            else
                report.Heading("Theorems of convergence").Table(
                    ["theorem", "verdict", "hypotheses"],
                    run.Theorems.Select(theorem => (string[])
                    [
                        $"{theorem.Name} ({theorem.Source})",
                        theorem.Applies switch { Finding.Holds => "applies", Finding.Fails => "does not apply", _ => "may apply" },
                        string.Join("; ", theorem.Hypotheses.Select(hypothesis => $"{hypothesis.Statement}: {FindingOf(hypothesis)}")),
                    ]));
        }

        return report.Run(settings, results.Machine);
    }

    private static string FindingOf(Hypothesis hypothesis) => hypothesis.Finding switch
    {
        Finding.Holds => "yes",
        Finding.Fails => $"no ({hypothesis.Reason})",
        _ => $"unknown ({hypothesis.Reason})",
    };

    private static string YesOrNo(bool? holds) => holds switch { true => "yes", false => "no", null => "" };

    private static string Csv(DiagnosisResults results) => StudyFiles.Csv(
        ["program", "dimension", "instrument", "gradient", "value", "bound", "holds", "reading"],
        results.Results.SelectMany(run => run.Readings.Select(reading => (string[])
        [
            run.Program, Number(run.Dimension), reading.Instrument, reading.Gradient, Number(reading.Value), Number(reading.Bound), YesOrNo(reading.Holds),
            reading.Text,
        ])));

    // Long runs are thinned, the more the later.
    private static string Trajectories(IReadOnlyList<RunDiagnosis> diagnoses) => StudyFiles.Csv(
        ["program", "dimension", "step", "value", "gradientNorm", "stepSize"],
        diagnoses.SelectMany(diagnosis => DiagnosisCharts.ThinnedByFactor(diagnosis.Run.Count).Select(k => (string[])
        [
            diagnosis.Program.Name, Number(diagnosis.Program.Start.Length), Number(k), Number(diagnosis.Run.Values[k]), Number(diagnosis.Run.GradientNorms[k]),
            k < diagnosis.Run.StepSizes.Count ? Number(diagnosis.Run.StepSizes[k]) : "",
        ])));

    private static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
