using System.CommandLine;
using System.Globalization;
using System.Numerics;
using ConservativeAD.Distributed;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>train</c>: trains a network and counts how often its relus are evaluated at 0.</summary>
internal static class TrainCommand
{
    private const double LargestSlope = 1e9;
    private const int MaximumUnits = 65_536;
    private const double SmallestRate = 1e-12;
    private const double LargestRate = 1e6;
    private const double LargestMomentum = 0.9999;
    private const int MaximumMicroBatches = 65_536;

    public static Command Create(Terminal terminal)
    {
        Argument<string> network = new("NAME") { Description = "mlp, lenet5, vgg11 or resnet18." };
        string[] networks = ["mlp", "lenet5", "vgg11", "resnet18"];
        network.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !networks.Contains(result.Tokens[0].Value))
                result.AddError($"There is no network '{Excerpt.Of(result.Tokens[0].Value)}'; there are {string.Join(", ", networks)}.");
        });
        Option<double> slope = OptionKinds.Number("--relu-at-zero", "s, the slope of relu at 0.", 0.0, -LargestSlope, LargestSlope);
        Option<string> rule = OptionKinds.Word("--rule",
            "chain multiplies the incoming gradient by s at 0; published puts s in its place, as the code published with the 2021 study does.", "chain",
                "chain", "published");
        Option<string> optimizer = OptionKinds.Word("--optimizer", "The optimiser.", "adam",
            [.. Enum.GetNames<OptimizerName>().Select(known => known.ToLowerInvariant())]);
        Option<double?> rate = OptionKinds.OptionalNumber("--learning-rate",
            "The learning rate; the optimiser's usual one if not given: 0.01 for sgd, rmsprop, adagrad, averagedsgd and rprop, 0.002 for adamax and nadam, "
                + "1 for adadelta, truncatedsgd and schedulefreesgd, 0.1 for inna and ftrl, 0.0025 for schedulefreeadamw, 0.0001 for lion, 0.001 for the "
                + "others.", SmallestRate, LargestRate);
        Option<double> momentum = OptionKinds.Number("--momentum", "The momentum of sgd and rmsprop.", 0.9, 0.0, LargestMomentum);
        Option<double> decay = OptionKinds.Number("--weight-decay", "The weight decay.", 0.0, 0.0, 1e6);
        Option<string> schedule = OptionKinds.Word("--schedule", "How the learning rate changes.", "cosine", "constant", "step", "cosine", "robbins-monro");
        Option<int> epochs = OptionKinds.Number("--epochs", "Passes over the training images.", 5, 1, 1_000_000);
        Option<int> batch = OptionKinds.Number("--batch", "Images in a mini-batch.", 64, 1, 1_000_000);
        Option<string> precision = OptionKinds.Word("--precision", "Bits of the numbers.", "32", "16", "32", "64");
        Option<int[]?> hidden = OptionKinds.Numbers("--hidden", "Widths of the hidden layers of mlp; 512,256 if not given.", 1, MaximumUnits, distinct: false);
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every layer over the mini-batch (mlp, vgg11, resnet18).");
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images used; all of them if not given.", 1, StandInDigits.MaximumTrainCount);
        Option<bool> tensorboard = OptionKinds.Flag("--tensorboard", "Also write the curves as events for TensorBoard, into the folder for results.");
        Option<int> microBatches = OptionKinds.Number("--micro-batches",
            "Parts of every mini-batch, which the ranks share out; results depend on it, and not on the number of ranks.", 8, 1, MaximumMicroBatches);
        CommonOptions common = new(Path.Combine("results", "train"), terminal.Threads);
        StudyCommand command = new("train", """
            Trains a network, and counts how often its relus stand at exactly 0.

            Examples:
              conservative-ad train mlp --data ~/data
              conservative-ad train lenet5 --relu-at-zero 1 --precision 16 --out results/one
              conservative-ad train lenet5 --device gpu
              conservative-ad train mlp --tensorboard --out results/mlp
              mpirun -n 4 conservative-ad train resnet18 --mpi --batch 256 --micro-batches 16 --data ~/data
              conservative-ad train lenet5 --data-set fashion-mnist --data ~/data
              conservative-ad train mlp --rule published --relu-at-zero 1 --optimizer sgd
              conservative-ad train resnet18 --batch-norm --optimizer sgd --weight-decay 5e-4 --epochs 200 --data ~/data
            """)
        {
            Plan = parsed =>
            {
                NetworkName name = OptionKinds.Member<NetworkName>(parsed.GetValue(network)!);
                OptimizerName chosen = OptionKinds.Member<OptimizerName>(parsed.GetValue(optimizer)!);
                TrainSettings settings = new()
                {
                    Network = name,
                    ReluAtZero = parsed.GetValue(slope),
                    Rule = OptionKinds.Member<ReluRule>(parsed.GetValue(rule)!),
                    Optimizer = chosen,
                    LearningRate = parsed.GetValue(rate) ?? TrainingOptimizers.UsualRate(chosen),
                    Momentum = chosen is OptimizerName.Sgd or OptimizerName.RmsProp ? parsed.GetValue(momentum) : 0,
                    WeightDecay = parsed.GetValue(decay),
                    Schedule = OptionKinds.Member<ScheduleName>(parsed.GetValue(schedule)!),
                    Epochs = parsed.GetValue(epochs),
                    Batch = parsed.GetValue(batch),
                    Precision = int.Parse(parsed.GetValue(precision)!, CultureInfo.InvariantCulture),
                    Hidden = name == NetworkName.Mlp ? OptionKinds.Given(parsed.GetValue(hidden), [512, 256]) : [],
                    BatchNorm = parsed.GetValue(batchNorm),
                    Samples = parsed.GetValue(samples) ?? 0,
                    Seed = parsed.GetValue(common.Seed),
                    Data = "",
                    DataIsStandIn = false,
                    Device = parsed.GetValue(common.Device)!,
                    MicroBatches = parsed.GetValue(common.Mpi) ? parsed.GetValue(microBatches) : 0,
                };
                ComputeDevice device = common.DeviceOf(parsed);
                return new TrainPlan(
                    settings,
                    parsed.GetValue(samples),
                    device.Name == ComputeDevice.Cpu ? device : device with { Threads = 1 },
                    common.DataSetOf(parsed),
                    parsed.GetValue(common.Data),
                    parsed.GetValue(common.Out)!,
                    parsed.GetValue(common.Resume),
                    parsed.GetValue(common.Json),
                    parsed.GetValue(tensorboard));
            },
        };
        command.Arguments.Add(network);
        command.Takes(slope, rule, optimizer, rate);
        command.TakesWhere("--optimizer sgd and --optimizer rmsprop", result => StudyCommand.Written(result, optimizer) is "sgd" or "rmsprop", momentum);
        command.Takes(decay, schedule, epochs, batch, precision);
        command.TakesWhere("mlp", result => StudyCommand.Written(result, network) is "mlp", hidden);
        command.TakesWhere("mlp, vgg11 and resnet18, as lenet5 has no place for it", result => StudyCommand.Written(result, network) is not "lenet5",
            batchNorm);
        command.Takes(samples, tensorboard, common.Seed, common.Device, common.Out, common.Resume, common.Json, common.Mpi);
        command.TakesWhere("--mpi", result => StudyCommand.IsWritten(result, common.Mpi), microBatches);
        command.Validators.Add(result =>
        {
            if (StudyCommand.IsWritten(result, common.Mpi) && StudyCommand.Written(result, optimizer) is "truncatedsgd")
                result.AddError("--optimizer truncatedsgd does not go with --mpi, since its steps need the loss beside the gradient; leave one of them out.");
        });
        common.AddImages(command);
        command.TakesWhere("--device cpu", result => StudyCommand.Written(result, common.Device) is null or ComputeDevice.Cpu, common.Threads);
        command.SetAction(parsed =>
        {
            TrainPlan plan = (TrainPlan)command.Plan(parsed);
            plan.Device.Demand();
            using ResultsFolder? folder = terminal.Open(plan.Out, command.Name);
            bool isDeep = plan.Settings.Network is NetworkName.Vgg11 or NetworkName.Resnet18;
            (ImageSet train, ImageSet test) = ImageSource.Load(plan.Data, plan.Samples, isDeep, plan.DataSet, terminal.Cancellation);
            TrainSettings settings = plan.Settings with { Samples = train.Count, Data = train.Name, DataIsStandIn = train.IsStandIn };
            TrainedNetworks.Demand(settings.Network, train);
            settings.DemandBatches();
            Invocation invocation = new(settings, train, test, plan.Device, plan.Out, plan.Resume, plan.TensorBoard);
            JobRanks? ranks = settings.MicroBatches == 0 ? null : terminal.Ranks ?? new JobRanks(Communicator.Alone());
            IAnsiConsole console = terminal.Console(plan.Json);
            if (ranks is not null)
                console.WriteLine(JobRanks.DescriptionOf(terminal.Ranks));
            TrainResults results = (Precision)settings.Precision switch
            {
                Precision.Half => Run<Half>(invocation, ranks, console, terminal),
                Precision.Single => Run<float>(invocation, ranks, console, terminal),
                _ => Run<double>(invocation, ranks, console, terminal),
            };
            if (plan.Json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            return results.Complete ? ExitCode.Success : ExitCode.Cancelled;
        });
        return command;
    }

    private static TrainResults Run<T>(Invocation invocation, JobRanks? ranks, IAnsiConsole console, Terminal terminal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TrainSettings settings = invocation.Settings;
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(settings.Data)}[/]");
        TrainResults results = new(settings, MachineFacts.Current, false, []);
        bool isFirst = ranks?.IsFirst ?? true;
        using TrainEvents? events = invocation.TensorBoard && isFirst ? new TrainEvents(invocation.Folder, settings) : null;
        using TrainStudy<T> study = ranks is null
            ? new TrainStudy<T>(settings, invocation.Train, invocation.Test, invocation.Device.Open())
            : new RankedTrainStudy<T>(settings, invocation.Train, invocation.Test, invocation.Device.Open(), ranks);
        using (ProgressNotes notes = new(terminal, "starting", settings.Epochs))
        {
            bool isStarted = false;
            try
            {
                study.Run(
                    invocation.Folder,
                    invocation.Resume,
                    finished =>
                    {
                        if (!isStarted)
                            notes.Begin(finished.Count);
                        isStarted = true;
                        results = results with { Epochs = [.. finished], Complete = finished.Count == settings.Epochs };
                        if (isFirst)
                            TrainFolder.Write(invocation.Folder, results);
                        events?.Add(finished);
                    },
                    step =>
                    {
                        notes.Describe(string.Create(CultureInfo.InvariantCulture,
                            $"epoch {step.Epoch}: loss {step.Loss:0.0000}, accuracy {step.Accuracy:0.0000}"));
                        notes.Add(1.0 / step.Steps);
                    },
                    terminal.Cancellation);
            }
            catch (OperationCanceledException)
            {
                // Finished epochs are written, and the results are marked as incomplete.
            }
        }

        Print(console, results, invocation.Folder);
        return results;
    }

    private static void Print(IAnsiConsole console, TrainResults results, string folder)
    {
        FigureTable table = new(1, [.. TrainFolder.Columns.Select(column => new FigureColumn(column, IsNumber: true))])
        {
            Title = $"{results.Settings.Network.ToString().ToLowerInvariant()} on {results.Settings.Data}, {results.Settings.Samples} images",
        };
        foreach (EpochResult epoch in results.Epochs)
            table.Add([.. TrainFolder.Cells(epoch)]);
        table.Write(console);
        if (results.Settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.Of(results.Settings.Data)}[/]");
        string state = results.Complete ? "" : " Stopped before the end; --resume continues.";
        console.MarkupLineInterpolated($"Results are in {folder}.{state}");
    }

    private sealed record Invocation(TrainSettings Settings, ImageSet Train, ImageSet Test, ComputeDevice Device, string Folder, bool Resume,
        bool TensorBoard);
}

/// <summary>The request of a <c>train</c> command, before the images are read.</summary>
/// <param name="Settings">The settings; data and their number are filled in later.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Device">The device.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="TensorBoard">Whether to write events for TensorBoard.</param>
internal sealed record TrainPlan(TrainSettings Settings, int? Samples, ComputeDevice Device, DataSetName? DataSet, string? Data, string Out, bool Resume,
    bool Json, bool TensorBoard);
