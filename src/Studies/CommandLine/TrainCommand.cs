using System.CommandLine;
using System.Globalization;
using System.Numerics;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>train</c>: trains a network and counts what its relus meet at 0.</summary>
internal static class TrainCommand
{
    private const double LargestSlope = 1e9;
    private const int MostUnits = 65_536;
    private const double SmallestRate = 1e-12;
    private const double LargestRate = 1e6;
    private const double LargestMomentum = 0.9999;

    public static Command Create(Terminal terminal)
    {
        Argument<string> network = new("NAME") { Description = "mlp, lenet5, vgg11 or resnet18." };
        string[] networks = ["mlp", "lenet5", "vgg11", "resnet18"];
        network.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !networks.Contains(result.Tokens[0].Value))
                result.AddError($"There is no network '{result.Tokens[0].Value}'; there are {string.Join(", ", networks)}.");
        });
        Option<double> slope = OptionKinds.Number("--relu-at-zero", "s, the slope of relu at 0.", 0.0, -LargestSlope, LargestSlope);
        Option<string> rule = OptionKinds.Word("--rule", "chain multiplies the incoming gradient by s at 0; published puts s in its place, as the code published with the 2021 study does.", "chain", "chain", "published");
        Option<string> optimizer = OptionKinds.Word("--optimizer", "The optimiser.", "adam", [.. Enum.GetNames<OptimizerName>().Select(known => known.ToLowerInvariant())]);
        Option<double?> rate = OptionKinds.OptionalNumber("--learning-rate", "The learning rate; the optimiser's usual one if not given: 0.01 for sgd, rmsprop, adagrad and averagedsgd, 0.002 for adamax and nadam, 1 for adadelta, 0.1 for inna, 0.0001 for lion, 0.001 for the others.", SmallestRate, LargestRate);
        Option<double> momentum = OptionKinds.Number("--momentum", "The momentum of sgd and rmsprop.", 0.9, 0.0, LargestMomentum);
        Option<double> decay = OptionKinds.Number("--weight-decay", "The weight decay.", 0.0, 0.0, 1e6);
        Option<string> schedule = OptionKinds.Word("--schedule", "How the learning rate changes.", "cosine", "constant", "step", "cosine", "robbins-monro");
        Option<int> epochs = OptionKinds.Number("--epochs", "Passes over the training images.", 5, 1, 1_000_000);
        Option<int> batch = OptionKinds.Number("--batch", "Images in a mini-batch.", 64, 1, 1_000_000);
        Option<string> precision = OptionKinds.Word("--precision", "Bits of the numbers.", "32", "16", "32", "64");
        Option<int[]?> hidden = OptionKinds.Numbers("--hidden", "Widths of the hidden layers of mlp; 512,256 if not given.", 1, MostUnits, distinct: false);
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every layer over the mini-batch (mlp, vgg11, resnet18).");
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images used; all of them if not given.", 1, int.MaxValue);
        CommonOptions common = new(Path.Combine("results", "train"));
        Command command = new("train", """
            Trains a network, and counts how often its relus stand at exactly 0.

            Examples:
              conservative-ad train mlp --data ~/data
              conservative-ad train lenet5 --relu-at-zero 1 --precision 16 --out results/one
              conservative-ad train lenet5 --device gpu
              conservative-ad train mlp --rule published --relu-at-zero 1 --optimizer sgd
              conservative-ad train resnet18 --batch-norm --optimizer sgd --weight-decay 5e-4 --epochs 200 --data ~/data
            """)
        {
            network,
            slope,
            rule,
            optimizer,
            rate,
            momentum,
            decay,
            schedule,
            epochs,
            batch,
            precision,
            hidden,
            batchNorm,
            samples,
        };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            NetworkName name = OptionKinds.Member<NetworkName>(parsed.GetValue(network)!);
            (ImageSet train, ImageSet test) = ImageSource.Load(parsed.GetValue(common.Data), parsed.GetValue(samples), name is NetworkName.Vgg11 or NetworkName.Resnet18);
            OptimizerName chosen = OptionKinds.Member<OptimizerName>(parsed.GetValue(optimizer)!);
            TrainSettings settings = new()
            {
                Network = name,
                ReluAtZero = parsed.GetValue(slope),
                Rule = OptionKinds.Member<ReluRule>(parsed.GetValue(rule)!),
                Optimizer = chosen,
                LearningRate = parsed.GetValue(rate) ?? TrainingOptimizers.UsualRate(chosen),
                Momentum = parsed.GetValue(momentum),
                WeightDecay = parsed.GetValue(decay),
                Schedule = OptionKinds.Member<ScheduleName>(parsed.GetValue(schedule)!),
                Epochs = parsed.GetValue(epochs),
                Batch = parsed.GetValue(batch),
                Precision = int.Parse(parsed.GetValue(precision)!, CultureInfo.InvariantCulture),
                Hidden = OptionKinds.Given(parsed.GetValue(hidden), [512, 256]),
                BatchNorm = parsed.GetValue(batchNorm),
                Samples = train.Count,
                Seed = parsed.GetValue(common.Seed),
                Data = train.Name,
                DataIsStandIn = train.IsStandIn,
                Device = parsed.GetValue(common.Device)!,
            };
            Invocation invocation = new(settings, train, test, common.DeviceOf(parsed), parsed.GetValue(common.Out)!, parsed.GetValue(common.Resume));
            ResultsFolder.Create(invocation.Folder);
            bool json = parsed.GetValue(common.Json);
            IAnsiConsole console = terminal.Console(json);
            TrainResults results = (Precision)settings.Precision switch
            {
                Precision.Half => Run<Half>(invocation, console, terminal.Cancellation),
                Precision.Single => Run<float>(invocation, console, terminal.Cancellation),
                _ => Run<double>(invocation, console, terminal.Cancellation),
            };
            if (json)
                terminal.Output.WriteLine(ResultsJson.Write(results));
            return results.Complete ? ExitCode.Success : ExitCode.Cancelled;
        });
        return command;
    }

    private static TrainResults Run<T>(Invocation invocation, IAnsiConsole console, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TrainSettings settings = invocation.Settings;
        if (settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.StandIn}[/]");
        TrainResults results = new(settings, MachineFacts.Current, false, []);
        using TrainStudy<T> study = new(settings, invocation.Train, invocation.Test, invocation.Device.Open());
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                ProgressTask task = progress.AddTask("starting", maxValue: settings.Epochs);
                try
                {
                    study.Run(
                        invocation.Folder,
                        invocation.Resume,
                        finished =>
                        {
                            results = results with { Epochs = [.. finished], Complete = finished.Count == settings.Epochs };
                            TrainFolder.Write(invocation.Folder, results);
                        },
                        step =>
                        {
                            task.Description = string.Create(CultureInfo.InvariantCulture, $"epoch {step.Epoch}: loss {step.Loss:0.0000}, accuracy {step.Accuracy:0.0000}");
                            task.Value = step.Epoch - 1 + ((double)step.Step / step.Steps);
                        },
                        cancellation);
                }
                catch (OperationCanceledException)
                {
                    // What is finished is written; the results say that they are not complete.
                }
            });
        Print(console, results, invocation.Folder);
        return results;
    }

    private static void Print(IAnsiConsole console, TrainResults results, string folder)
    {
        Table table = new Table().Border(TableBorder.Simple).Title(Markup.Escape($"{results.Settings.Network.ToString().ToLowerInvariant()} on {results.Settings.Data}, {results.Settings.Samples} images"));
        foreach (string column in TrainFolder.Columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (EpochResult epoch in results.Epochs)
            table.AddRow([.. TrainFolder.Cells(epoch)]);
        console.Write(table);
        if (results.Settings.DataIsStandIn)
            console.MarkupLineInterpolated($"[yellow]{DataNotice.StandIn}[/]");
        string state = results.Complete ? "" : " Stopped before the end; --resume continues.";
        console.MarkupLineInterpolated($"Results are in {folder}.{state}");
    }

    private sealed record Invocation(TrainSettings Settings, ImageSet Train, ImageSet Test, ComputeDevice Device, string Folder, bool Resume);
}
