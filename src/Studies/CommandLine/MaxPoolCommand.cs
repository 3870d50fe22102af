using System.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Pooling;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>maxpool</c>: what the choice at ties of max pooling changes, over the reals and by rounding, before and in training.</summary>
internal static class MaxPoolCommand
{
    private const double LargestBeta = 1e9;
    private const int KeyColumns = 2;

    /// <summary>The study.</summary>
    public static StudyKind<PoolingSettings, PoolingUnit, PoolingResults> Kind { get; } = new("maxpool", _ => "networks and training runs", PoolingUnit.Of,
        (settings, shard, units) => PoolingResults.Of(settings, units) with { Shard = shard.Name }, PoolingFolder.Write, Print);

    public static Command Create(Terminal terminal)
    {
        Option<string> network = OptionKinds.Word("--network", "The network.", "lenet5", "lenet5", "vgg11");
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every convolution over the mini-batch.");
        Option<double[]?> betas = OptionKinds.Numbers("--betas",
            "Values of β: a tied window passes β times the even split and 1 − β times the first entry back; 1,10,100,1000,10000 if not given.", -LargestBeta,
                LargestBeta);
        Option<int[]?> precisions = OptionKinds.Choices("--precisions", "Bits of the numbers; 16,32,64 if not given.", 16, 32, 64);
        Option<int> networks = OptionKinds.Number("--networks", "Random networks to test for each precision.", 4, 1, 1_000_000);
        Option<int> batch = OptionKinds.Number("--batch", "Images in a mini-batch.", 128, 1, 1_000_000);
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images used; all of them if not given.", 1, StandInDigits.MaximumTrainCount);
        Option<int> epochs = OptionKinds.Number("--epochs", "Passes over the images in training with each β; 0 for no training.", 0, 0, 1_000_000);
        Option<int> runs = OptionKinds.Number("--runs", "Training runs for each β and precision.", 5, 1, 10_000);
        Option<double> rate = OptionKinds.Number("--learning-rate", "The first learning rate of training.", 0.01, 1e-12, 1e6);
        CommonOptions common = new(Path.Combine("results", "maxpool"));
        StudyCommand command = new("maxpool", """
            Measures what the choice among tied entries of max pooling changes: whether gradients of random networks differ over the reals or by
            rounding alone, which ties tell exactly, and what training with each choice ends at.

            Examples:
              conservative-ad maxpool
              conservative-ad maxpool --data ~/data --networks 100
              conservative-ad maxpool --data ~/data --epochs 5 --precisions 16,32
              conservative-ad maxpool --network vgg11 --networks 1 --precisions 16,32
              conservative-ad maxpool --betas 0.5,1,2 --samples 2000
            """)
        {
            Plan = parsed => new MaxPoolPlan(
                new PoolingSettings
                {
                    NetworkName = OptionKinds.Member<NetworkName>(parsed.GetValue(network)!),
                    BatchNorm = parsed.GetValue(batchNorm),
                    Betas = OptionKinds.Given(parsed.GetValue(betas), [1, 10, 100, 1000, 10_000]),
                    Precisions = OptionKinds.Given(parsed.GetValue(precisions), [16, 32, 64]),
                    Networks = parsed.GetValue(networks),
                    Batch = parsed.GetValue(batch),
                    Epochs = parsed.GetValue(epochs),
                    Runs = parsed.GetValue(epochs) == 0 ? 0 : parsed.GetValue(runs),
                    LearningRate = parsed.GetValue(epochs) == 0 ? 0 : parsed.GetValue(rate),
                    Samples = parsed.GetValue(samples) ?? 0,
                    Seed = parsed.GetValue(common.Seed),
                    Channels = 0,
                    Side = 0,
                    Classes = 0,
                    Data = "",
                    DataIsStandIn = false,
                },
                parsed.GetValue(samples),
                parsed.GetValue(common.Threads),
                common.DataSetOf(parsed),
                parsed.GetValue(common.Data),
                parsed.GetValue(common.Out)!,
                parsed.GetValue(common.Resume),
                parsed.GetValue(common.Json),
                common.ShardOf(parsed)),
        };
        command.Takes(network);
        command.TakesWhere("--network vgg11, as lenet5 has no place for it", result => StudyCommand.Written(result, network) is "vgg11", batchNorm);
        command.Takes(betas, precisions, networks, batch, samples, epochs);
        command.TakesWhere("--epochs above 0", result => StudyCommand.Written(result, epochs) is { } number && number != "0", runs, rate);
        command.Takes(common.Seed, common.Threads, common.Out, common.Resume, common.Json, common.Shard);
        common.AddImages(command);
        command.SetAction(parsed =>
        {
            MaxPoolPlan plan = (MaxPoolPlan)command.Plan(parsed);
            using ResultsFolder folder = ResultsFolder.Open(plan.Out, command.Name);
            bool isDeep = plan.Settings.NetworkName == NetworkName.Vgg11;
            (ImageSet train, ImageSet test) = ImageSource.Load(plan.Data, plan.Samples, isDeep, plan.DataSet, terminal.Cancellation);
            PoolingSettings settings = plan.Settings with
            {
                Samples = train.Count,
                Channels = train.Channels,
                Side = TrainedNetworks.PaddedSide(plan.Settings.NetworkName, train.Side),
                Classes = train.Classes,
                Data = train.Name,
                DataIsStandIn = train.IsStandIn,
            };
            TrainedNetworks.Demand(settings.NetworkName, train);
            settings.Training(settings.Precisions[0], 0, 0).DemandBatches();
            return new StudyRun(terminal, new StudyPlace(folder.Path, plan.Resume, plan.Json, plan.Shard)).Of(
                Kind, settings, JournalOrigin.Of(Kind.Name, plan.Shard, train, test), work =>
                    new PoolingStudy(settings, train, test, plan.Threads, folder.Path) { Shard = plan.Shard }.Run(work.Finished, plan.Resume, work.Report,
                        work.Progress, terminal.Cancellation));
        });
        return command;
    }

    private static void Print(IAnsiConsole console, PoolingResults results)
    {
        Write("zero(t) = max(t·x) − max(t·x), first tied entry against even split", PoolingTables.OracleColumns, PoolingTables.OracleRows(results));
        Write($"first tied entry against β, {Describe(results.Settings)}, no training", PoolingTables.ZoneColumns, PoolingTables.ZoneRows(results));
        if (results.Training.Count > 0)
            Write($"accuracy after {results.Settings.Epochs} epochs, {Describe(results.Settings)}", PoolingTables.TrainingColumns,
                PoolingTables.TrainingRows(results));

        void Write(string title, IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        {
            FigureTable table = new(KeyColumns, [.. columns.Select(column => new FigureColumn(column, IsNumber: true))]) { Title = title };
            foreach (IReadOnlyList<string> row in rows)
                table.Add([.. row]);
            table.Write(console);
        }
    }

    private static string Describe(PoolingSettings settings) =>
        $"{settings.NetworkName.ToString().ToLowerInvariant()}{(settings.BatchNorm ? " with batch normalisation" : "")} on {settings.Data}, "
            + $"{settings.Samples} images in mini-batches of {settings.Batch}";
}

/// <summary>The request of a <c>maxpool</c> command, before the images are read.</summary>
/// <param name="Settings">The settings; data, their number and sizes are filled in later.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Threads">Units at a time.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The units to do.</param>
internal sealed record MaxPoolPlan(PoolingSettings Settings, int? Samples, int Threads, DataSetName? DataSet, string? Data, string Out, bool Resume,
    bool Json, Shard Shard);
