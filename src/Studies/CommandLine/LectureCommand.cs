using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Studies.Lecture;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>lecture</c>: the theory of the project as pages that run.</summary>
internal static class LectureCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string[]?> pages = OptionKinds.Words("--pages", "The pages, separated by commas; all if not given. See --list.", [.. LecturePages.Names]);
        Option<bool> list = OptionKinds.Flag("--list", "Print the pages, and run nothing.");
        Option<ulong> seed = OptionKinds.Number("--seed", "The seed of everything random.", 1ul, 0ul, ulong.MaxValue);
        Option<string> folder = new("--out")
        {
            Description = "The folder for the report, the pictures and the numbers.",
            DefaultValueFactory = _ => Path.Combine("results", "lecture"),
            HelpName = "DIR"
        };
        Option<bool> json = OptionKinds.Flag("--json", "Print the content of results.json on standard output, and nothing else there.");
        StudyCommand command = new("lecture", """
            Runs the lecture behind this project, Optimization tools for deep-learning (Gerchinovitz, Malgouyres, Pauwels, Thome): a page for each
            section, with the theorem, the program that shows it, pictures, measured numbers beside what theory predicts, and the hypotheses as
            certified. All pages are one HTML file, report.html; beside it are results.json, measurements.csv, and each picture as PNG and SVG.

            Examples:
              conservative-ad lecture
              conservative-ad lecture --pages stable-manifold,kl-exponent
              conservative-ad lecture --list
            """)
        {
            Plan = parsed => new LecturePlan(
                parsed.GetValue(pages) is { Length: > 0 } named ? named : [.. LecturePages.Names],
                parsed.GetValue(list),
                parsed.GetValue(seed),
                parsed.GetValue(folder)!,
                parsed.GetValue(json)),
        };
        command.Takes(pages, seed, folder, json);
        command.TakesAlone(list);
        command.SetAction(parsed =>
        {
            LecturePlan plan = (LecturePlan)command.Plan(parsed);
            if (plan.List)
            {
                PrintList(terminal.Console(false));
                return ExitCode.Success;
            }

            using ResultsFolder held = ResultsFolder.Open(plan.Out, command.Name);
            IAnsiConsole console = terminal.Console(plan.Json);
            List<PageResult> results = [];
            List<TimeSpan> times = [];
            using (StageNotes notes = new(terminal))
            {
                foreach (LecturePage page in LecturePages.All.Where(page => plan.Pages.Contains(page.Name)))
                {
                    notes.Begin(page.Title);
                    long start = Stopwatch.GetTimestamp();
                    results.Add(LecturePages.Run(page, new LectureSettings { Seed = plan.Seed }, terminal.Cancellation));
                    times.Add(Stopwatch.GetElapsedTime(start));
                }

                notes.Begin("drawing");
                LectureResults written = new(plan.Seed, MachineFacts.Current, results);
                LectureFolder.Write(written, held.Path);
                if (plan.Json)
                    terminal.Output.WriteLine(ResultsJson.Write(written));
            }

            Print(console, results, times);
            console.WriteLine(Path.Combine(held.Path, StudyFiles.ReportName));
            return ExitCode.Success;
        });
        return command;
    }

    private static void PrintList(IAnsiConsole console)
    {
        FigureTable table = new(1, new FigureColumn("page"), new FigureColumn("title", Wraps: true));
        foreach (LecturePage page in LecturePages.All)
            table.Add(page.Name, page.Title);
        table.Write(console);
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<PageResult> pages, IReadOnlyList<TimeSpan> times)
    {
        FigureTable table = new(1, new FigureColumn("page"), new FigureColumn("measured", IsNumber: true), new FigureColumn("as predicted", IsNumber: true),
            new FigureColumn("seconds", IsNumber: true), new FigureColumn("not as predicted", Wraps: true));
        foreach ((PageResult page, TimeSpan time) in pages.Zip(times))
        {
            string missed = string.Join("; ", page.Measurements.Where(row => !row.Holds).Select(row => $"{row.Quantity}: {row.Measured}, not {row.Predicted}"));
            table.Add(page.Name, Number(page.Measurements.Count), Number(page.Measurements.Count(row => row.Holds)),
                time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), missed);
        }

        table.Write(console);
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The request of a <c>lecture</c> command.</summary>
/// <param name="Pages">The names of the pages.</param>
/// <param name="List">Whether to list the pages instead of running any.</param>
/// <param name="Seed">The seed of everything random.</param>
/// <param name="Out">The folder for the files.</param>
/// <param name="Json">Whether to print the results as JSON.</param>
internal sealed record LecturePlan(string[] Pages, bool List, ulong Seed, string Out, bool Json);
