using System.CommandLine;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Census;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>census</c>: where a model of ONNX sits on kinks, and whether the choice there matters.</summary>
internal static class CensusCommand
{
    private const string OfFile = "file", Drawn = "drawn";
    private const int KeyColumns = 3;

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE") { Description = "The model, a file of ONNX." };
        Option<int> samples = OptionKinds.Number("--samples", "Images of the data.", 32, 1, 1_000_000);
        Option<string> weights = OptionKinds.Word("--weights", "The weights: those of the file, or drawn anew, uniform in ±1/√fan_in.", OfFile, OfFile, Drawn);
        CommonOptions common = new(Path.Combine("results", "census"));
        StudyCommand command = new("census", """
            Runs a model of ONNX on images and counts, node by node, how often its operations are exactly at a kink: relus at 0, ties in
            pooling windows. Where some are, the gradients of two choices are compared. Black and constant images are tried too.

            Examples:
              conservative-ad census resnet18.onnx
              conservative-ad census model.onnx --data ~/data --samples 1000 --out results/model
              conservative-ad census model.onnx --weights drawn --seed 3
            """)
        {
            Plan = parsed => new CensusPlan(parsed.GetValue(file)!, parsed.GetValue(weights)!, parsed.GetValue(samples), parsed.GetValue(common.Seed),
                common.DeviceOf(parsed), common.DataSetOf(parsed), parsed.GetValue(common.Data), parsed.GetValue(common.Out)!, parsed.GetValue(common.Json)),
        };
        command.Arguments.Add(file);
        command.Takes(samples, weights, common.Threads, common.Device, common.Out, common.Json);
        common.AddImages(command);
        command.TakesWhere("--weights drawn", result => StudyCommand.Written(result, weights) == Drawn, common.Seed);
        command.SetAction(parsed =>
        {
            CensusPlan plan = (CensusPlan)command.Plan(parsed);
            if (!File.Exists(plan.Model))
                throw new UsageException($"The model {plan.Model} does not exist; name a file of ONNX.");
            plan.Device.Demand();
            OnnxModel model = OnnxModel.Read(plan.Model);
            using ResultsFolder folder = ResultsFolder.Open(plan.Out, command.Name);
            ImageSet images = ImageSource.Load(plan.Data, plan.Samples, CensusImages.AreInColour(model), plan.DataSet, terminal.Cancellation).Train;
            CensusResults results = Run(terminal, plan, model, images);
            CensusFolder.Write(folder.Path, results);
            Print(terminal.Console(plan.Json), results, folder.Path);
            if (plan.Json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            return results.Complete ? ExitCode.Success : ExitCode.Cancelled;
        });
        return command;
    }

    private static CensusResults Run(Terminal terminal, CensusPlan plan, OnnxModel model, ImageSet images)
    {
        int[] shape = CensusImages.ShapeOf(model, images);
        Device device = plan.Device.Open();
        OnnxNetwork<float> network = model.Load<float>(device);
        if (plan.Weights == Drawn)
            Draw(network, plan.Seed);
        CensusStudy study = new(network, new CensusImages(images, shape), shape);
        using StageNotes notes = new(terminal);
        using Tape<float> tape = new(device);
        bool isStopped = false;
        foreach (string kind in CensusImages.Kinds)
        {
            // Every black image is the same.
            int count = kind == "black" ? 1 : images.Count;
            for (int first = 0; first < count && !isStopped; first += shape[0])
            {
                notes.Begin($"{kind}: {first} of {count}");
                study.Count(tape, kind, first);
                isStopped = terminal.Cancellation.IsCancellationRequested;
            }
        }

        CensusSettings settings = new(plan.Model, plan.Weights, model.Opset, shape, images.Name, images.IsStandIn, images.Count, plan.Seed, plan.Device.Name);
        return new CensusResults(settings, MachineFacts.Current, !isStopped, [.. study.Rows], [.. study.Differences]);
    }

    private static void Draw(OnnxNetwork<float> network, ulong seed)
    {
        Philox random = Philox.For(seed, (uint)Streams.CensusWeights);
        foreach (Parameter<float> parameter in network.Parameters.Where(parameter => parameter.Shape is { Rank: > 1, Count: > 0 }))
        {
            float bound = 1 / MathF.Sqrt(parameter.Shape.Count / (float)parameter.Shape[0]);
            float[] drawn = new float[parameter.Shape.Count];
            random.Uniform<float>(drawn, -bound, bound);
            parameter.Value.CopyFrom(drawn);
        }
    }

    private static void Print(IAnsiConsole console, CensusResults results, string folder)
    {
        if (results.Settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(results.Settings.Data)}[/]");
        FigureTable nodes = new(KeyColumns, [.. CensusFolder.Columns.Select((column, i) => new FigureColumn(column, IsNumber: i >= KeyColumns))])
        {
            Title = "Operations exactly at a kink",
        };
        foreach (CensusRow row in results.Rows)
            nodes.Add(CensusFolder.Cells(row));
        nodes.Write(console);
        FigureTable gradients = new(1, [.. CensusFolder.DifferenceColumns.Select((column, i) => new FigureColumn(column, IsNumber: i > 0))])
        {
            Title = "Gradients of two choices there",
        };
        foreach (CensusDifference row in results.Differences)
            gradients.Add(CensusFolder.Cells(row));
        gradients.Write(console);
        console.MarkupLineInterpolated($"Results are in {folder}.");
    }
}

/// <summary>The request of a <c>census</c> command.</summary>
/// <param name="Model">The model's file.</param>
/// <param name="Weights">The weights' source.</param>
/// <param name="Samples">Images.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Device">The device.</param>
/// <param name="DataSet">The data set; chosen by model and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
internal sealed record CensusPlan(string Model, string Weights, int Samples, ulong Seed, ComputeDevice Device, DataSetName? DataSet, string? Data,
    string Out, bool Json);
