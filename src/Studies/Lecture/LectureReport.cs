using System.Globalization;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Lecture;

/// <summary>The lecture as one page of HTML.</summary>
internal static class LectureReport
{
    private const string Title = "Optimization tools for deep learning, run";
    private const string Subject =
        "The sections of the lecture Optimization tools for deep-learning of S. Gerchinovitz, F. Malgouyres, E. Pauwels and N. Thome, with programs that "
        + "ConservativeAD has run and the numbers that it has measured. The source that is shown is what the compiler was given.";

    /// <summary>Writes the report.</summary>
    /// <param name="results">The pages.</param>
    /// <param name="charts">The pictures, by name.</param>
    public static HtmlReport Write(LectureResults results, IReadOnlyDictionary<string, Chart> charts)
    {
        HtmlReport report = new(Title);
        report.Lead(Subject);
        report.Contents(results.Pages.Select(page => (page.Name, $"{page.Title} ({Count(page)})")));
        foreach (PageResult page in results.Pages)
            Add(report, page, charts);
        return report.Run(new { results.Seed }, results.Machine);
    }

    /// <summary>How many measurements agree with theory, in words.</summary>
    public static string Count(PageResult page) =>
        string.Create(CultureInfo.InvariantCulture, $"{page.Measurements.Count(measurement => measurement.Holds)} of {page.Measurements.Count} hold");

    private static void Add(HtmlReport report, PageResult page, IReadOnlyDictionary<string, Chart> charts)
    {
        report.Heading(page.Title, page.Name);
        report.Paragraph(page.Statement);
        report.Preformatted(page.Formula);
        report.Paragraph($"Source: {page.Source}.");
        report.Charts(page.Pictures.Select(picture => charts[picture.Name]));
        report.Subheading("Measured");
        report.Table(["quantity", "measured", "theory", "holds"],
            page.Measurements.Select(row => (IEnumerable<string>)[row.Quantity, row.Measured, row.Predicted, row.Holds ? "yes" : "no"]));
        if (page.Hypotheses.Count > 0)
        {
            report.Subheading("Hypotheses, as certified");
            report.Table(["hypothesis", "holds", "reason"],
                page.Hypotheses.Select(row => (IEnumerable<string>)[row.Statement, PageWriter.Word(row.Finding), row.Reason]));
        }

        foreach (string remark in page.Remarks)
            report.Paragraph(remark);
        report.Subheading(page.Programs.Count == 1 ? "The program" : "The programs");
        foreach (ShownProgram program in page.Programs)
        {
            report.Paragraph(program.Caption);
            report.Preformatted(program.Text);
        }
    }
}
