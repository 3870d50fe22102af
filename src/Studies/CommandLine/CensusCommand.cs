using System.CommandLine;
using ConservativeAD.Studies.Census;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// <c>census</c>: where a model of ONNX sits on kinks, whether the choice there matters, and how far backpropagation is from Clarke's gradients.
/// </summary>
internal static class CensusCommand
{
    private const int NodeKeys = 3, DifferenceKeys = 2;

    /// <summary>The study.</summary>
    public static StudyKind<CensusSettings, CensusUnit, CensusResults> Kind { get; } = new("census", _ => "batches", CensusUnit.UnitsOf,
        (settings, shard, units) => CensusResults.Of(settings, units) with { Shard = shard.Name }, CensusFolder.Write, Print);

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE") { Description = "The model, a file of ONNX." };
        Option<int> samples = OptionKinds.Number("--samples", "Images of the data.", 32, 1, 1_000_000);
        Option<int> clarke = OptionKinds.Number("--clarke",
            "The first batches of each kind of images whose gradients are compared with Clarke's, where some operation is at a kink; 0 for none.", 8, 0,
            1_000_000);
        Option<int> directions = OptionKinds.Number("--directions",
            "Elements of Clarke's subdifferential on each of these batches, along a random direction each.", 3, 1, 8);
        ModelOptions model = new();
        CommonOptions common = new(Path.Combine("results", "census"));
        StudyCommand command = new("census", """
            Runs a model of ONNX on images and counts, node by node, how often its operations are exactly at a kink: relus at 0, ties in
            pooling windows. Where some are, the gradients of other choices are compared, and those of backpropagation with Clarke's. Black
            and constant images are tried too.

            Examples:
              conservative-ad census resnet18.onnx
              conservative-ad census model.onnx --data ~/data --samples 1000 --out results/model
              conservative-ad census model.onnx --data ~/data --samples 1000 --out results/model --resume
              conservative-ad census model.onnx --weights drawn --seed 3
              conservative-ad census autoencoder.onnx --loss squares --clarke 100
            """)
        {
            Plan = parsed => new CensusPlan(parsed.GetValue(file)!, model.IsDrawn(parsed), model.LossOf(parsed), parsed.GetValue(samples),
                parsed.GetValue(clarke), parsed.GetValue(directions), parsed.GetValue(common.Seed), common.DeviceOf(parsed), common.DataSetOf(parsed),
                parsed.GetValue(common.Data), parsed.GetValue(common.Out)!, parsed.GetValue(common.Resume), parsed.GetValue(common.Json),
                common.ShardOf(parsed)),
        };
        command.Arguments.Add(file);
        command.Takes(samples, clarke);
        command.TakesWhere("another --clarke than 0", result => StudyCommand.Written(result, clarke) is not "0", directions);
        command.Takes(model.Weights, model.Loss, common.Threads, common.Device, common.Out, common.Resume, common.Json, common.Shard);
        common.AddImages(command);
        command.TakesWhere("--weights drawn", model.IsDrawn, common.Seed);
        command.SetAction(parsed =>
        {
            CensusPlan plan = (CensusPlan)command.Plan(parsed);
            StudiedModel studied = StudiedModel.Read(plan.Model);
            plan.Device.Demand();
            using ResultsFolder folder = ResultsFolder.Open(plan.Out, command.Name);
            ImageSet images = ImageSource.Load(plan.Data, plan.Samples, ModelImages.AreInColour(studied.Model), plan.DataSet, terminal.Cancellation).Train;
            ModelImages input = ModelImages.For(studied.Model, images);
            ModelSource source = ModelSource.Of(studied, input, plan.Loss, plan.IsDrawn, plan.Seed);
            CensusSettings settings = SettingsOf(plan, studied, input, source, images);
            CensusStudy study = new(settings, input, device => source.Make<float>(device, 0), plan.Device) { Shard = plan.Shard };
            return new StudyRun(terminal, new StudyPlace(folder.Path, plan.Resume, plan.Json, plan.Shard)).Of(
                Kind, settings, JournalOrigin.Of(Kind.Name, plan.Shard, images), work =>
                    study.Run(work.Finished, work.Report, work.Progress, terminal.Cancellation));
        });
        return command;
    }

    private static CensusSettings SettingsOf(CensusPlan plan, StudiedModel studied, ModelImages input, ModelSource source, ImageSet images) => new()
    {
        Model = plan.Model,
        ModelSum = studied.Sum,
        Layers = source.LayersWhere(_ => true),
        Kept = source.Kept,
        Opset = studied.Model.Opset,
        Weights = ModelOptions.WordOf(plan.IsDrawn),
        Loss = plan.Loss,
        Input = input.Shape,
        Data = images.Name,
        DataIsStandIn = images.IsStandIn,
        Samples = images.Count,
        Batches = [.. ModelImages.Kinds.Select(input.BatchesOf)],
        Clarke = plan.Clarke,
        Directions = plan.Directions,
        Seed = plan.Seed,
        Device = plan.Device.Name,
    };

    private static void Print(IAnsiConsole console, CensusResults results)
    {
        Write("Operations exactly at a kink", NodeKeys, CensusTables.Columns, CensusTables.Rows(results));
        Write("Gradients of other choices there", DifferenceKeys, CensusTables.DifferenceColumns, CensusTables.DifferenceRows(results));
        if (results.Clarke.Count > 0)
            Write("Backpropagation and elements of Clarke's subdifferential", 1, CensusTables.ClarkeColumns, CensusTables.ClarkeRows(results));
        if (results.Refusals.Count > 0)
            Write("Why elements are not certified", DifferenceKeys, CensusTables.RefusalColumns, CensusTables.RefusalRows(results));
        if (results.Settings.Kept is { Count: > 0 } kept)
            console.MarkupLineInterpolated($"[yellow]Kept as in the file, not drawn: {string.Join(", ", kept)}.[/]");

        void Write(string title, int keys, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
        {
            FigureTable table = new(keys, [.. columns.Select((column, i) => new FigureColumn(column, IsNumber: i >= keys))]) { Title = title };
            foreach (string[] row in rows)
                table.Add(row);
            table.Write(console);
        }
    }
}

/// <summary>The request of a <c>census</c> command.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="IsDrawn">Whether weights are drawn anew.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Samples">Images.</param>
/// <param name="Clarke">Batches of each kind that are compared with Clarke's subdifferential.</param>
/// <param name="Directions">Elements of it on each.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Device">The device.</param>
/// <param name="DataSet">The data set; chosen by model and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The units to do.</param>
internal sealed record CensusPlan(string Model, bool IsDrawn, LossName Loss, int Samples, int Clarke, int Directions, ulong Seed,
    ComputeDevice Device, DataSetName? DataSet, string? Data, string Out, bool Resume, bool Json, Shard Shard);
