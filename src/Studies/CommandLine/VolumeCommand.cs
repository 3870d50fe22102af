using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>volume</c>: measures how often the choice of relu'(0) changes the result of backpropagation.</summary>
internal static class VolumeCommand
{
    private const int MaximumLayers = 100;
    private const int MaximumUnits = 16_384;
    private const int MaximumNetworks = 10_000_000;
    private const int KeyColumns = 4;

    /// <summary>The study.</summary>
    public static StudyKind<VolumeSettings, FinishedBlock, VolumeResults> Kind { get; } = new("volume", _ => "networks", VolumeJournal.UnitsOf,
        (settings, shard, units) => VolumeSummary.Of(settings, MachineFacts.Current, units) with { Shard = shard.Name }, VolumeFolder.Write, Print);

    public static Command Create(Terminal terminal)
    {
        Option<int[]?> depths = OptionKinds.Numbers("--depths", "Numbers of hidden layers; 1,2,3 if not given.", 1, MaximumLayers);
        Option<int[]?> widths = OptionKinds.Numbers("--widths", "Widths of the hidden layers; 256 if not given.", 1, MaximumUnits);
        Option<int[]?> batches = OptionKinds.Numbers("--batch", "Images in a mini-batch; 256 if not given.", 1, 1_000_000);
        Option<int[]?> precisions = OptionKinds.Choices("--precisions", "Bits of the numbers; 16,32,64 if not given.", 16, 32, 64);
        Option<int> networks = OptionKinds.Number("--networks", "Random networks in a row of the table.", 64, 1, MaximumNetworks);
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images that every network sees; all of them if not given.", 1,
            StandInDigits.MaximumTrainCount);
        Option<string> network = OptionKinds.Word("--network", "The network.", "mlp", "mlp", "lenet5", "vgg11", "resnet18");
        Option<string?> file = OptionKinds.Text("--model", "A model of ONNX instead of a network of the program's own.", "FILE");
        ModelOptions model = new();
        Option<string> kink = OptionKinds.Word("--kink",
            "The kink whose choices are compared. relu: relu'(0) = 0 against 1; leaky-relu and abs: both slopes beside 0; max and sort: either of two equal "
                + "numbers first, in layers that order pairs; norm: 0 against length 1 at the origin of pairs; max-pool: the first tied entry against the "
                + "last. With --model, the operations of that kind in the file, and also bounds: the slopes beside the bounds of clip and its like; extremes: "
                + "the first tied entry of an axis against the last; any: the choices of PyTorch at all kinks against others.", "relu",
            [.. Enum.GetNames<KinkName>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)]);
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every layer over the mini-batch (mlp, vgg11, resnet18).");
        Option<int[]?> after = OptionKinds.Numbers("--after", "Numbers of mini-batches after which the share of networks is told; 1,5,10,20 if not given.", 1,
            1_000_000);
        CommonOptions common = new(Path.Combine("results", "volume"), terminal.Threads);
        StudyCommand command = new("volume", """
            Measures how often the choice of relu'(0) changes what backpropagation returns, over random networks.

            Examples:
              conservative-ad volume
              conservative-ad volume --networks 1000 --depths 1,2,3,5,6 --precisions 16,32 --data ~/data --out results/table
              conservative-ad volume --networks 1000 --precisions 16 --device gpu
              conservative-ad volume --networks 1000 --depths 3 --widths 16,64,256,1024 --precisions 32
              conservative-ad volume --networks 1000 --depths 3 --batch 16,64,256,1024 --precisions 32
              conservative-ad volume --network vgg11 --batch-norm --precisions 32 --networks 100
              conservative-ad volume --kink sort --depths 3 --precisions 16,32
              conservative-ad volume --data-set fashion-mnist --data ~/data
              mpirun -n 8 conservative-ad volume --mpi --networks 1000 --data ~/data
              conservative-ad volume --model network.onnx --samples 1000 --precisions 32
              conservative-ad volume --model network.onnx --kink max-pool --weights drawn --networks 100 --after 1,10
            """)
        {
            Plan = parsed => IsFast(parsed.CommandResult) ? new VolumePlan(
                new VolumeSettings
                {
                    Depths = OptionKinds.Given(parsed.GetValue(depths), [1, 2, 3]),
                    Widths = OptionKinds.Given(parsed.GetValue(widths), [256]),
                    Batches = OptionKinds.Given(parsed.GetValue(batches), [256]),
                    Precisions = OptionKinds.Given(parsed.GetValue(precisions), [16, 32, 64]),
                    Networks = parsed.GetValue(networks),
                    Samples = parsed.GetValue(samples) ?? 0,
                    Seed = parsed.GetValue(common.Seed),
                    Data = "",
                    DataIsStandIn = false,
                    Device = parsed.GetValue(common.Device)!,
                },
                parsed.GetValue(samples),
                common.DeviceOf(parsed),
                common.DataSetOf(parsed),
                parsed.GetValue(common.Data),
                parsed.GetValue(common.Out)!,
                parsed.GetValue(common.Resume),
                parsed.GetValue(common.Json),
                common.ShardOf(parsed),
                parsed.GetValue(common.Mpi))
                : new KinkVolumePlan(
                    new KinkVolumeSettings
                    {
                        Network = parsed.GetValue(file) is null ? OptionKinds.Member<NetworkName>(parsed.GetValue(network)!) : null,
                        Kink = OptionKinds.Member<KinkName>(parsed.GetValue(kink)!),
                        BatchNorm = parsed.GetValue(batchNorm),
                        Depth = HasLayers(parsed) ? OptionKinds.Given(parsed.GetValue(depths), [3])[0] : 0,
                        Width = HasLayers(parsed) ? OptionKinds.Given(parsed.GetValue(widths), [256])[0] : 0,
                        Batch = OptionKinds.Given(parsed.GetValue(batches), [KinkVolumePlan.UsualBatch])[0],
                        After = [.. OptionKinds.Given(parsed.GetValue(after), [1, 5, 10, 20]).Order()],
                        Precisions = OptionKinds.Given(parsed.GetValue(precisions), [16, 32, 64]),
                        Networks = parsed.GetValue(networks),
                        Samples = parsed.GetValue(samples) ?? 0,
                        Seed = parsed.GetValue(common.Seed),
                        Channels = 0,
                        Side = 0,
                        Classes = 0,
                        Data = "",
                        DataIsStandIn = false,
                    },
                    parsed.GetValue(file) is { } path
                        ? new VolumeModelRequest(path, model.IsDrawn(parsed), model.LossOf(parsed),
                            parsed.GetValue(batches) is { Length: > 0 } sizes ? sizes[0] : null)
                        : null,
                    parsed.GetValue(samples),
                    common.DeviceOf(parsed),
                    common.DataSetOf(parsed),
                    parsed.GetValue(common.Data),
                    parsed.GetValue(common.Out)!,
                    parsed.GetValue(common.Resume),
                    parsed.GetValue(common.Json),
                    common.ShardOf(parsed),
                    parsed.GetValue(common.Mpi)),
        };
        bool IsFast(CommandResult result) => StudyCommand.Written(result, network) is null or "mlp" && StudyCommand.Written(result, kink) is null or "relu"
            && !StudyCommand.IsWritten(result, batchNorm) && !HasModel(result);
        bool HasModel(CommandResult result) => StudyCommand.IsWritten(result, file);
        bool HasLayers(ParseResult parsed) => parsed.GetValue(network) == "mlp" && parsed.GetValue(file) is null;
        bool HasNetworks(CommandResult result) => !HasModel(result) || model.IsDrawn(result);
        command.TakesWhere("networks of the program's own, without --model", result => !HasModel(result), network);
        command.Takes(file, kink);
        command.TakesWhere("--model", HasModel, model.Weights, model.Loss);
        command.TakesWhere("mlp, vgg11 and resnet18, without --model, as lenet5 has no place for it",
            result => !HasModel(result) && StudyCommand.Written(result, network) is not "lenet5", batchNorm);
        command.TakesWhere("--network mlp, without --model", result => !HasModel(result) && StudyCommand.Written(result, network) is null or "mlp", depths,
            widths);
        command.Takes(batches, precisions, samples);
        command.TakesWhere("random networks, of the program's own or of --model with --weights drawn", HasNetworks, networks);
        command.TakesWhere("random networks other than mlp with --kink relu: another --network or --kink, --batch-norm, or --model with --weights drawn",
            result => !IsFast(result) && HasNetworks(result), after);
        command.Takes(common.Seed, common.Threads);
        command.TakesWhere("--network mlp and --kink relu, without --batch-norm, or --model", result => IsFast(result) || HasModel(result), common.Device);
        common.AddImages(command);
        command.Takes(common.Out, common.Resume, common.Json, common.Shard, common.Mpi);
        common.RefuseShardsOfRanks(command);
        command.Validators.Add(result =>
        {
            if (IsFast(result))
                return;
            foreach (Option<int[]?> list in (Option<int[]?>[])[depths, widths, batches])
            {
                if (StudyCommand.Written(result, list) is { } written && written.Contains(','))
                    result.AddError($"{list.Name} takes one number with --network, --kink, --batch-norm or --model; '{Excerpt.Of(written)}' is a list. Leave "
                        + $"one of them.");
            }

            if (HasModel(result))
                return;
            if (StudyCommand.Written(result, kink) is "bounds" or "extremes" or "any")
                result.AddError($"--kink {StudyCommand.Written(result, kink)} goes with --model; leave one of them out, or give another kink.");
            if (StudyCommand.Written(result, kink) is "max-pool" && StudyCommand.Written(result, network) is not ("lenet5" or "vgg11"))
                result.AddError("--kink max-pool goes with --network lenet5 and vgg11; the others have no max pooling.");
        });
        command.SetAction(parsed =>
        {
            if (command.Plan(parsed) is KinkVolumePlan wide)
                return KinkVolumeRun.Run(terminal, wide);
            VolumePlan plan = (VolumePlan)command.Plan(parsed);
            plan.Device.Demand();
            using ResultsFolder? folder = terminal.Open(plan.Out, command.Name);
            ImageSet images = ImageSource.Load(plan.Data, plan.Samples, cancellation: terminal.Cancellation, dataSet: plan.DataSet).Train;
            VolumeSettings settings = plan.Settings with { Samples = images.Count, Data = images.Name, DataIsStandIn = images.IsStandIn };
            Dictionary<RowKey, NetworkOutcome> sums = [];
            return new StudyRun(terminal, new StudyPlace(folder?.Path ?? plan.Out, plan.Resume, plan.Json, plan.Shard, plan.IsRanked)).Of(
                Kind,
                settings,
                JournalOrigin.Of(Kind.Name, plan.Shard, images),
                work => new VolumeStudy(settings, images, plan.Device) { Shard = plan.Shard, Progress = work.Progress, Dealer = work.Dealer }.Run(
                    work.Finished, work.Report, terminal.Cancellation),
                block => Describe(block.Row, sums[block.Row] = sums.GetValueOrDefault(block.Row) + block.Outcome));
        });
        return command;
    }

    private static string Describe(RowKey row, NetworkOutcome sum) =>
        $"{row.Precision} bit, {row.Depth} × {row.Width}, batch {row.Batch}: {sum.Networks} networks, {sum.Hits} hits; whole study";

    private static void Print(IAnsiConsole console, VolumeResults results)
    {
        FigureTable table = new(KeyColumns, [.. VolumeTable.Columns.Select(column => new FigureColumn(column, IsNumber: true))])
        {
            Title = $"relu'(0) = 0 against 1 on {results.Settings.Data}, {results.Settings.Samples} images",
        };
        foreach (VolumeRow row in results.Rows)
            table.Add([.. VolumeTable.Cells(row)]);
        table.Write(console);
    }
}

/// <summary>The request of a <c>volume</c> command, before the images are read.</summary>
/// <param name="Settings">The settings; data and their number are filled in later.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Device">The device.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The units to do.</param>
/// <param name="IsRanked">Whether all ranks of an MPI job compute.</param>
internal sealed record VolumePlan(VolumeSettings Settings, int? Samples, ComputeDevice Device, DataSetName? DataSet, string? Data, string Out, bool Resume,
    bool Json, Shard Shard, bool IsRanked);
