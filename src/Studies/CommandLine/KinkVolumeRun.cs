using System.Diagnostics;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>volume</c> for any network and kink.</summary>
internal static class KinkVolumeRun
{
    private const int KeyColumns = 2;

    /// <summary>Runs the study.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="plan">The request.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Terminal terminal, KinkVolumePlan plan)
    {
        using ResultsFolder folder = ResultsFolder.Open(plan.Out, "volume");
        bool isDeep = plan.Settings.Network is NetworkName.Vgg11 or NetworkName.Resnet18;
        ImageSet images = ImageSource.Load(plan.Data, plan.Samples, isDeep, plan.DataSet, terminal.Cancellation).Train;
        KinkVolumeSettings settings = plan.Settings with
        {
            Samples = images.Count,
            Channels = images.Channels,
            Side = TrainedNetworks.PaddedSide(plan.Settings.Network, images.Side),
            Classes = images.Classes,
            Data = images.Name,
            DataIsStandIn = images.IsStandIn,
        };
        TrainedNetworks.Demand(settings.Network, images);
        if (settings.Batch > images.Count)
        {
            throw new UsageException($"A mini-batch of {settings.Batch} images was asked for, and there are {images.Count} images. Give a --batch that is not "
                + "above their number (128 unless given).");
        }

        KinkVolumeResults results = Run(terminal, terminal.Console(plan.Json), settings, images, plan.Threads, folder.Path, plan.Resume);
        if (plan.Json)
            terminal.Output.WriteLine(ResultsJson.Write(results));
        return results.Complete ? ExitCode.Success : ExitCode.Cancelled;
    }

    private static KinkVolumeResults Run(Terminal terminal, IAnsiConsole console, KinkVolumeSettings settings, ImageSet images, int threads, string folder,
        bool resume)
    {
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(settings.Data)}[/]");
        using StudyJournal<KinkVolumeSettings, KinkOutcome> journal =
            StudyJournal<KinkVolumeSettings, KinkOutcome>.Open(folder, settings, KinkOutcome.UnitsOf(settings), resume);
        foreach (string note in journal.Notes)
            console.MarkupLineInterpolated($"[yellow]{note}[/]");
        List<KinkOutcome> finished = [.. journal.Finished];
        long start = Stopwatch.GetTimestamp();
        using (ProgressNotes notes = new(terminal, "networks", settings.Units, finished.Count))
        {
            new KinkVolumeStudy(settings, images, threads).Run(
                journal.Finished,
                outcome =>
                {
                    journal.Append(outcome);
                    lock (finished)
                        finished.Add(outcome);
                },
                notes.Add,
                terminal.Cancellation);
        }

        KinkVolumeResults results;
        lock (finished)
            results = KinkVolumeResults.Of(settings, finished);
        KinkVolumeFolder.Write(folder, results);
        Print(console, results, folder, Stopwatch.GetElapsedTime(start));
        return results;
    }

    private static void Print(IAnsiConsole console, KinkVolumeResults results, string folder, TimeSpan elapsed)
    {
        Write($"{results.Choices}; {KinkVolumeTables.Describe(results.Settings)}", KinkVolumeTables.Columns, KinkVolumeTables.Rows(results));
        Write("kinks by layer", KinkVolumeTables.LayerColumns, KinkVolumeTables.LayerRows(results));
        if (results.Differences.Count > 0)
            Write("differences of gradients at the first hit", KinkVolumeTables.DifferenceColumns, KinkVolumeTables.DifferenceRows(results));
        if (results.Settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(results.Settings.Data)}[/]");
        string state = results.Complete ? "" : " Stopped before the end; --resume continues.";
        console.MarkupLineInterpolated($"{elapsed.TotalSeconds:0.0} s. Results are in {folder}.{state}");

        void Write(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        {
            FigureTable table = new(KeyColumns, [.. columns.Select(column => new FigureColumn(column, IsNumber: true))]) { Title = title };
            foreach (IReadOnlyList<string> row in rows)
                table.Add([.. row]);
            table.Write(console);
        }
    }
}

/// <summary>The request of <c>volume</c> for any network and kink, before the images are read.</summary>
/// <param name="Settings">The settings; data, their number and sizes are filled in later.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Threads">Networks at a time.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
internal sealed record KinkVolumePlan(KinkVolumeSettings Settings, int? Samples, int Threads, DataSetName? DataSet, string? Data, string Out, bool Resume,
    bool Json);
