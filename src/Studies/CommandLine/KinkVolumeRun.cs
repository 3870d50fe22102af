using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>volume</c> for any network and kink.</summary>
internal static class KinkVolumeRun
{
    private const int KeyColumns = 2;

    /// <summary>The study.</summary>
    public static StudyKind<KinkVolumeSettings, KinkOutcome, KinkVolumeResults> Kind { get; } = new("volume of a kink",
        settings => settings.UnitName, KinkOutcome.UnitsOf, (settings, shard, units) => KinkVolumeResults.Of(settings, units) with { Shard = shard.Name },
        KinkVolumeFolder.Write, Print);

    /// <summary>Runs the study.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="plan">The request.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Terminal terminal, KinkVolumePlan plan)
    {
        StudiedModel? studied = plan.Model is { } asked ? StudiedModel.Read(asked.File) : null;
        plan.Device.Demand();
        using ResultsFolder? folder = terminal.Open(plan.Out, "volume");
        bool isDeep = studied is null ? plan.Settings.Network is NetworkName.Vgg11 or NetworkName.Resnet18 : ModelImages.AreInColour(studied.Model);
        ImageSet images = ImageSource.Load(plan.Data, plan.Samples, isDeep, plan.DataSet, terminal.Cancellation).Train;
        KinkVolumeSettings settings = plan.Settings with
        {
            Samples = images.Count,
            Channels = images.Channels,
            Side = plan.Settings.Network is { } network ? TrainedNetworks.PaddedSide(network, images.Side) : images.Side,
            Classes = images.Classes,
            Data = images.Name,
            DataIsStandIn = images.IsStandIn,
        };
        if (settings.Network is { } own)
            TrainedNetworks.Demand(own, images);
        ModelImages? input = studied is null ? null : ModelImages.For(studied.Model, images, plan.Model!.Batch, settings.Batch);
        if (input is not null)
            settings = settings with { Batch = input.BatchSize };
        if (settings.Batch > images.Count)
        {
            throw new UsageException($"A mini-batch of {settings.Batch} images was asked for, and there are {images.Count} images. Give a --batch that is not "
                + $"above their number ({KinkVolumePlan.UsualBatch} unless given), or more --samples.");
        }

        (ModelSource Source, ModelImages Images)? model = null;
        if (studied is not null && input is not null)
        {
            VolumeModelRequest request = plan.Model!;
            ModelSource source = ModelSource.Of(studied, input, request.Loss, request.IsDrawn, settings.Seed, false);
            model = (source, input);
            settings = settings with
            {
                Model = new VolumeModel(request.File, studied.Sum, studied.Model.Opset, request.IsDrawn, request.Loss, input.Shape, plan.Device.Name,
                    VolumeModel.LayersOf(studied.Model, source, KinkChoice.Of(settings.Kink)), source.Kept),
            };
            if (settings.IsByBatch)
                settings = settings with { After = [1], Networks = images.Count / settings.Batch };
        }

        return new StudyRun(terminal, new StudyPlace(folder?.Path ?? plan.Out, plan.Resume, plan.Json, plan.Shard, plan.IsRanked)).Of(
            Kind, settings, JournalOrigin.Of(Kind.Name, plan.Shard, images), work =>
                new KinkVolumeStudy(settings, images, plan.Device, model) { Shard = plan.Shard, Dealer = work.Dealer }.Run(work.Finished, work.Report,
                    work.Progress, terminal.Cancellation));
    }

    private static void Print(IAnsiConsole console, KinkVolumeResults results)
    {
        Write($"{results.Choices}; {KinkVolumeTables.Describe(results.Settings)}", KinkVolumeTables.Columns(results.Settings), KinkVolumeTables.Rows(results));
        Write("kinks by layer", KinkVolumeTables.LayerColumns(results.Settings), KinkVolumeTables.LayerRows(results));
        if (results.Differences.Count > 0)
            Write(results.Settings.IsByBatch ? "differences of gradients" : "differences of gradients at the first hit",
                KinkVolumeTables.DifferenceColumns(results.Settings), KinkVolumeTables.DifferenceRows(results));
        if (results.Kept is { } kept)
            console.MarkupLineInterpolated($"[yellow]Kept as in the file, not drawn: {string.Join(", ", kept)}.[/]");

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
/// <param name="Settings">The settings; data, their number, sizes and the model are filled in later.</param>
/// <param name="Model">The model of ONNX; null for networks of the program's own.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Device">The device. Networks of the program's own are computed one on each of its threads.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The units to do.</param>
/// <param name="IsRanked">Whether all ranks of an MPI job compute.</param>
internal sealed record KinkVolumePlan(KinkVolumeSettings Settings, VolumeModelRequest? Model, int? Samples, ComputeDevice Device, DataSetName? DataSet,
    string? Data, string Out, bool Resume, bool Json, Shard Shard, bool IsRanked)
{
    /// <summary>Images in a mini-batch unless they are given.</summary>
    public const int UsualBatch = 128;
}

/// <summary>The model of ONNX that was asked for.</summary>
/// <param name="File">Its file.</param>
/// <param name="IsDrawn">Whether weights are drawn anew.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Batch">Images in a mini-batch; those of the model, or the usual number, if null.</param>
internal sealed record VolumeModelRequest(string File, bool IsDrawn, LossName Loss, int? Batch);
