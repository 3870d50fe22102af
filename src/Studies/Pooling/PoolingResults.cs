using System.Text.Json.Serialization;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Pooling;

/// <summary>The results of <c>maxpool</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether every unit was done.</param>
/// <param name="Seconds">The time of all units together.</param>
/// <param name="Oracles">Programs with exact answers.</param>
/// <param name="Zones">What ties change without training, by precision.</param>
/// <param name="Training">Accuracies by precision and β.</param>
internal sealed record PoolingResults(PoolingSettings Settings, MachineFacts Machine, bool Complete, double Seconds, IReadOnlyList<PoolingOracle> Oracles,
    IReadOnlyList<ZoneRow> Zones, IReadOnlyList<PooledRow> Training) : IUnitResults
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }

    /// <summary>The results of the units finished so far.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="units">The units.</param>
    public static PoolingResults Of(PoolingSettings settings, IReadOnlyCollection<PoolingUnit> units) => new(
        settings,
        MachineFacts.Current,
        units.Count == settings.Units,
        units.Sum(unit => unit.Seconds),
        PoolingOracle.All,
        [.. from precision in settings.Precisions
            let outcomes = units.Where(unit => unit.Precision == precision).Select(unit => unit.Outcome).OfType<PoolingOutcome>().ToArray()
            where outcomes.Length > 0
            select new ZoneRow(precision, outcomes.Aggregate(PoolingOutcome.Empty(settings.Betas), (sum, outcome) => sum + outcome))],
        [.. from precision in settings.Precisions
            from beta in settings.TrainedBetas
            let runs = units.Where(unit => unit.Precision == precision).OrderBy(unit => unit.Index).Select(unit => unit.Run).OfType<PooledRun>()
                .Where(run => run.Beta == beta).ToArray()
            where runs.Length > 0
            select PooledRow.Of(precision, beta, runs, settings.Classes)]);
}

/// <summary>What ties change in one precision.</summary>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Outcome">The sum over all networks.</param>
internal sealed record ZoneRow(int Precision, PoolingOutcome Outcome);

/// <summary>The runs of one precision and β.</summary>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Beta">β.</param>
/// <param name="Runs">The number of runs.</param>
/// <param name="Diverged">Those that stopped because the loss was no number.</param>
/// <param name="Collapsed">Those that ended below twice the accuracy of guessing, diverged ones among them.</param>
/// <param name="Accuracy">The mean accuracy at the end.</param>
/// <param name="Low">The lower end of Student's interval; null for one run.</param>
/// <param name="High">The upper end.</param>
/// <param name="Accuracies">Run by run, epoch by epoch.</param>
internal sealed record PooledRow(int Precision, double Beta, int Runs, int Diverged, int Collapsed, double Accuracy, double? Low, double? High,
    IReadOnlyList<IReadOnlyList<double>> Accuracies)
{
    /// <summary>The accuracy at which a run counts as collapsed, in multiples of guessing.</summary>
    private const double Guessing = 2;

    public static PooledRow Of(int precision, double beta, IReadOnlyList<PooledRun> runs, int classes)
    {
        double[] final = [.. runs.Select(run => run.FinalAccuracy(classes))];
        MeanInterval mean = MeanInterval.Student(final);
        return new PooledRow(precision, beta, runs.Count, runs.Count(run => run.Diverged is not null), final.Count(accuracy => accuracy < Guessing / classes),
            mean.Value, mean.Low is { } low ? Math.Max(0, low) : null, mean.High is { } high ? Math.Min(1, high) : null,
            [.. runs.Select(run => run.Accuracies)]);
    }
}
