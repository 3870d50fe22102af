using System.CommandLine;
using System.Diagnostics;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Volume;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>volume</c>: how often the choice of relu'(0) changes what backpropagation returns.</summary>
internal static class VolumeCommand
{
    private const int MostLayers = 100;
    private const int MostUnits = 16_384;
    private const int MostNetworks = 10_000_000;

    public static Command Create(Terminal terminal)
    {
        Option<int[]?> depths = OptionKinds.Numbers("--depths", "Numbers of hidden layers; 1,2,3 if not given.", 1, MostLayers);
        Option<int[]?> widths = OptionKinds.Numbers("--widths", "Widths of the hidden layers; 256 if not given.", 1, MostUnits);
        Option<int[]?> batches = OptionKinds.Numbers("--batch", "Images in a mini-batch; 256 if not given.", 1, 1_000_000);
        Option<int[]?> precisions = OptionKinds.Choices("--precisions", "Bits of the numbers; 16,32,64 if not given.", 16, 32, 64);
        Option<int> networks = OptionKinds.Number("--networks", "Random networks in a row of the table.", 64, 1, MostNetworks);
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images that every network sees; all of them if not given.", 1, int.MaxValue);
        CommonOptions common = new(Path.Combine("results", "volume"));
        Command command = new("volume", """
            Measures how often the choice of relu'(0) changes what backpropagation returns, over random networks.

            Examples:
              conservative-ad volume
              conservative-ad volume --networks 1000 --depths 1,2,3,5,6 --precisions 16,32 --data ~/data --out results/table
              conservative-ad volume --networks 1000 --precisions 16 --device gpu
              conservative-ad volume --networks 1000 --depths 3 --widths 16,64,256,1024 --precisions 32
              conservative-ad volume --networks 1000 --depths 3 --batch 16,64,256,1024 --precisions 32
            """)
        {
            depths,
            widths,
            batches,
            precisions,
            networks,
            samples,
        };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            ImageSet images = ImageSource.Load(parsed.GetValue(common.Data), parsed.GetValue(samples)).Train;
            VolumeSettings settings = new()
            {
                Depths = OptionKinds.Given(parsed.GetValue(depths), [1, 2, 3]),
                Widths = OptionKinds.Given(parsed.GetValue(widths), [256]),
                Batches = OptionKinds.Given(parsed.GetValue(batches), [256]),
                Precisions = OptionKinds.Given(parsed.GetValue(precisions), [16, 32, 64]),
                Networks = parsed.GetValue(networks),
                Samples = images.Count,
                Seed = parsed.GetValue(common.Seed),
                Data = images.Name,
                DataIsStandIn = images.IsStandIn,
                Device = parsed.GetValue(common.Device)!,
            };
            bool json = parsed.GetValue(common.Json);
            string folder = parsed.GetValue(common.Out)!;
            ResultsFolder.Create(folder);
            VolumeResults results = Run(terminal, terminal.Console(json), settings, images, common.DeviceOf(parsed), folder, parsed.GetValue(common.Resume));
            if (json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            return results.Complete ? ExitCode.Success : ExitCode.Cancelled;
        });
        return command;
    }

    private static VolumeResults Run(Terminal terminal, IAnsiConsole console, VolumeSettings settings, ImageSet images, ComputeDevice device, string folder, bool resume)
    {
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.StandIn}[/]");
        using VolumeJournal journal = VolumeJournal.Open(folder, settings, resume);
        List<FinishedBlock> finished = [.. journal.Finished];
        long start = Stopwatch.GetTimestamp();
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                Dictionary<RowKey, ProgressTask> tasks = settings.RowKeys().ToDictionary(row => row, row => progress.AddTask(Describe(row, 0, 0), maxValue: settings.Networks));
                void Show(RowKey row)
                {
                    NetworkOutcome sum = finished.Where(block => block.Row == row).Aggregate(default(NetworkOutcome), (total, block) => total + block.Outcome);
                    tasks[row].Description = Describe(row, sum.Networks, sum.Hits);
                    tasks[row].Value = sum.Networks;
                }

                foreach (RowKey row in finished.Select(block => block.Row).Distinct())
                    Show(row);
                new VolumeStudy(settings, images, device).Run(
                    journal.Finished,
                    block =>
                    {
                        journal.Append(block);
                        lock (finished)
                        {
                            finished.Add(block);
                            Show(block.Row);
                        }
                    },
                    terminal.Cancellation);
            });

        VolumeResults results = VolumeSummary.Of(settings, MachineFacts.Current, finished);
        VolumeFolder.Write(folder, results);
        Print(console, results, folder, Stopwatch.GetElapsedTime(start));
        return results;
    }

    private static string Describe(RowKey row, int networks, int hits) =>
        $"{row.Precision} bit, {row.Depth} × {row.Width}, batch {row.Batch}: {networks} networks, {hits} hits";

    private static void Print(IAnsiConsole console, VolumeResults results, string folder, TimeSpan elapsed)
    {
        Table table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"relu'(0) = 0 against 1 on {results.Settings.Data}, {results.Settings.Samples} images"));
        foreach (string column in VolumeTable.Columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        foreach (VolumeRow row in results.Rows)
            table.AddRow([.. VolumeTable.Cells(row).Select(Markup.Escape)]);
        console.Write(table);
        if (results.Settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.StandIn}[/]");
        string state = results.Complete ? "" : " Stopped before the end; --resume continues.";
        console.MarkupLineInterpolated($"{elapsed.TotalSeconds:0.0} s. Results are in {folder}.{state}");
    }
}
