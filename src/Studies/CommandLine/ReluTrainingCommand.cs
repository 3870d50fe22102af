using System.CommandLine;
using System.Globalization;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.ReluTraining;
using ConservativeAD.Studies.Training;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>relu-training</c>: what the choice of relu'(0), by either rule, does to training.</summary>
internal static class ReluTrainingCommand
{
    private const double LargestSlope = 1e9;
    private const int MaximumUnits = 65_536;
    private const int KeyColumns = 4;

    private static readonly double[] StandardSlopes = [0, 0.5, 1];

    /// <summary>The study.</summary>
    public static StudyKind<ReluTrainingSettings, ReluUnit, ReluTrainingResults> Kind { get; } = new("relu-training", _ => "training runs", ReluUnit.Of,
        (settings, shard, units) => ReluTrainingResults.Of(settings, units) with { Shard = shard.Name }, ReluTrainingFolder.Write, Print);

    public static Command Create(Terminal terminal)
    {
        Option<StudiedNetwork[]?> networks = OptionKinds.Parts("--networks",
            $"Some of {StudiedNetwork.Words}; mlp if not given.", StudiedNetwork.Words, StudiedNetwork.Of);
        Option<int[]?> hidden = OptionKinds.Numbers("--hidden", "Widths of the hidden layers of mlp without its own; 256,128 if not given.", 1, MaximumUnits,
            distinct: false);
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every layer of every network over the mini-batch.");
        Option<double[]?> slopes = OptionKinds.Numbers("--s", "Slopes of relu at 0; runs are compared with the first. 0,0.5,1 if not given.", -LargestSlope,
            LargestSlope);
        Option<string[]?> rules = OptionKinds.Words("--rules",
            "chain multiplies the incoming gradient by s at 0; published puts s in its place. Both if not given.", "chain", "published");
        Option<int[]?> precisions = OptionKinds.Choices("--precisions", "Bits of the numbers; 16,32 if not given.", 16, 32, 64);
        Option<int> runs = OptionKinds.Number("--runs", "Runs of each kind, which differ by their seed.", 3, 1, 10_000);
        Option<int> epochs = OptionKinds.Number("--epochs", "Passes over the images.", 3, 1, 100_000);
        Option<int> batch = OptionKinds.Number("--batch", "Images in a mini-batch.", 128, 1, 1_000_000);
        Option<LearningRateChoice> rate = LearningRateChoice.Option("--learning-rate",
            "The first rate of SGD with momentum 0.9 and weight decay 5e-4: a number, one for each slope of --s, or published, the rates that the paper tuned "
                + "for each s on MNIST.");
        Option<int> hits = OptionKinds.Number("--hits", "Steps of each run, with a relu at 0, at which its gradient is compared with one of Clarke's.", 3, 0,
            1_000_000);
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images used; all of them if not given.", 1, StandInDigits.MaximumTrainCount);
        CommonOptions common = new(Path.Combine("results", "relu-training"), terminal.Threads);
        StudyCommand command = new("relu-training", """
            Trains networks from the same start with several slopes s of relu at 0, by the chain rule and by the rule of the published code, and
            compares accuracies, exact zeros by layer and epoch, and how far runs drift apart.

            Examples:
              conservative-ad relu-training
              conservative-ad relu-training --networks mlp,lenet5 --runs 5 --epochs 5 --data ~/data
              conservative-ad relu-training --networks mlp:2000-128,mlp:256-256-256,vgg11+bn --runs 1
              conservative-ad relu-training --s 0,1,10,50 --precisions 16 --learning-rate 0.005
              conservative-ad relu-training --s 0,1,10,50 --learning-rate published --data ~/data
              conservative-ad relu-training --networks resnet18 --precisions 32 --s 0,0.1,0.2,0.3 --data ~/data
              mpirun -n 8 conservative-ad relu-training --mpi --runs 5 --data ~/data
              conservative-ad relu-training --data-set fashion-mnist --data ~/data
            """)
        {
            Plan = parsed =>
            {
                double[] chosenSlopes = OptionKinds.Given(parsed.GetValue(slopes), StandardSlopes);
                int[] widths = OptionKinds.Given(parsed.GetValue(hidden), [256, 128]);
                return new ReluTrainingPlan(
                    new ReluTrainingSettings
                    {
                        Networks =
                        [
                            .. (parsed.GetValue(networks) is { Length: > 0 } words ? words : [StudiedNetwork.Of("mlp")!])
                                .Select(one => one.With(widths, parsed.GetValue(batchNorm))).Distinct(),
                        ],
                        Slopes = chosenSlopes,
                        Rules = parsed.GetValue(rules) is { Length: > 0 } chosen
                            ? [.. chosen.Select(OptionKinds.Member<ReluRule>)]
                            : [ReluRule.Chain, ReluRule.Published],
                        Precisions = OptionKinds.Given(parsed.GetValue(precisions), [16, 32]),
                        Runs = parsed.GetValue(runs),
                        Epochs = parsed.GetValue(epochs),
                        Batch = parsed.GetValue(batch),
                        LearningRates = parsed.GetValue(rate)!.For(chosenSlopes),
                        Hits = parsed.GetValue(hits),
                        Samples = parsed.GetValue(samples) ?? 0,
                        Seed = parsed.GetValue(common.Seed),
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
                    common.ShardOf(parsed),
                    parsed.GetValue(common.Mpi));
            },
        };
        command.Takes(networks);
        command.TakesWhere("mlp without widths among --networks",
            result => StudyCommand.Written(result, networks) is not { } names || names.Split(',').Any(name => name is "mlp" or "mlp+bn"), hidden);
        command.TakesWhere("networks other than lenet5, which has no place for it",
            result => StudyCommand.Written(result, networks) is not { } names || !names.Split(',').Contains("lenet5"), batchNorm);
        command.Takes(slopes, rules, precisions, runs, epochs, batch, rate, hits, samples, common.Seed, common.Threads, common.Out, common.Resume, common.Json,
            common.Shard, common.Mpi);
        common.RefuseShardsOfRanks(command);
        common.AddImages(command);
        command.Validators.Add(result =>
        {
            if (StudyCommand.Written(result, rate) is { } rates && LearningRateChoice.Problem(rate.Name, rates,
                StudyCommand.Written(result, slopes)
                    ?? string.Join(',', StandardSlopes.Select(slope => slope.ToString(CultureInfo.InvariantCulture)))) is { } problem)
                result.AddError(problem);
        });
        command.SetAction(parsed =>
        {
            ReluTrainingPlan plan = (ReluTrainingPlan)command.Plan(parsed);
            using ResultsFolder? folder = terminal.Open(plan.Out, command.Name);
            bool isDeep = plan.Settings.Networks.Any(one => one.Name is NetworkName.Vgg11 or NetworkName.Resnet18);
            (ImageSet train, ImageSet test) = ImageSource.Load(plan.Data, plan.Samples, isDeep, plan.DataSet, terminal.Cancellation);
            ReluTrainingSettings settings = plan.Settings with
            {
                Samples = train.Count,
                Classes = train.Classes,
                Data = train.Name,
                DataIsStandIn = train.IsStandIn,
            };
            foreach (StudiedNetwork one in settings.Networks)
            {
                TrainedNetworks.Demand(one.Name, train);
                settings.Training(one, settings.Precisions[0], 0).DemandBatches();
            }

            ReluTrainingStudy study = new(settings, train, test, plan.Threads, plan.Out) { Shard = plan.Shard };
            if (folder is not null)
                study.Prepare(plan.Resume);
            IReadOnlyList<ReluUnit> earlier = [];
            int code = new StudyRun(terminal, new StudyPlace(plan.Out, plan.Resume, plan.Json, plan.Shard, plan.IsRanked)).Of(
                Kind, settings, JournalOrigin.Of(Kind.Name, plan.Shard, train, test), work =>
                {
                    earlier = work.Finished;
                    study.Run(work, plan.Resume, terminal.Cancellation);
                });
            if (folder is not null && code == ExitCode.Success)
                study.RemoveCheckpoints(earlier);
            return code;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, ReluTrainingResults results)
    {
        ReluTrainingSettings settings = results.Settings;
        Write($"relu'(0) = s on {settings.Data}, {settings.Samples} images, {settings.Epochs} epochs", ReluTrainingTables.RunColumns,
            ReluTrainingTables.RunRows(results));
        if (settings.Rules.Length > 1)
            Write("the chain rule beside the published one", ReluTrainingTables.RuleColumns, ReluTrainingTables.RuleRows(results));

        void Write(string title, IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        {
            FigureTable table = new(KeyColumns, [.. columns.Select(column => new FigureColumn(column, IsNumber: true))]) { Title = title };
            foreach (IReadOnlyList<string> row in rows)
                table.Add([.. row]);
            table.Write(console);
        }
    }
}

/// <summary>The request of a <c>relu-training</c> command, before the images are read.</summary>
/// <param name="Settings">The settings; data, their number and classes are filled in later.</param>
/// <param name="Samples">The number of images; all if null.</param>
/// <param name="Threads">Units at a time.</param>
/// <param name="DataSet">The data set; chosen by network and folder if null.</param>
/// <param name="Data">The data folder; that of the environment variable if null.</param>
/// <param name="Out">The folder for results.</param>
/// <param name="Resume">Whether to continue.</param>
/// <param name="Json">Whether to write results to the output as JSON.</param>
/// <param name="Shard">The units to do.</param>
/// <param name="IsRanked">Whether all ranks of an MPI job compute.</param>
internal sealed record ReluTrainingPlan(ReluTrainingSettings Settings, int? Samples, int Threads, DataSetName? DataSet, string? Data, string Out, bool Resume,
    bool Json, Shard Shard, bool IsRanked);
