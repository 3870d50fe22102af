using System.Text.Json.Serialization;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>The results of <c>relu-training</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether every unit was done.</param>
/// <param name="Seconds">The time of all units together.</param>
/// <param name="Rows">By network, precision, rule and slope.</param>
/// <param name="Zeros">Relus at 0 by network, precision, rule, layer and epoch, over all slopes and seeds.</param>
/// <param name="Units">Every run.</param>
internal sealed record ReluTrainingResults(ReluTrainingSettings Settings, MachineFacts Machine, bool Complete, double Seconds, IReadOnlyList<ReluRow> Rows,
    IReadOnlyList<ReluZeros> Zeros, IReadOnlyList<ReluUnit> Units) : IUnitResults
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }

    /// <summary>The results of the units finished so far.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="finished">The units.</param>
    public static ReluTrainingResults Of(ReluTrainingSettings settings, IReadOnlyCollection<ReluUnit> finished)
    {
        ReluUnit[] units = [.. finished.OrderBy(unit => settings.UnitOf(unit.Network, unit.Precision, unit.Index))];
        List<ReluRow> rows = [];
        List<ReluZeros> zeros = [];
        foreach (StudiedNetwork network in settings.Networks)
        {
            foreach (int precision in settings.Precisions)
            {
                ReluUnit[] own = [.. units.Where(unit => unit.Network == network && unit.Precision == precision)];
                foreach (ReluRule rule in own.Length == 0 ? [] : settings.Rules)
                {
                    ReluRun[] runs = [.. own.SelectMany(unit => unit.Runs).Where(run => run.Rule == rule)];
                    rows.AddRange(settings.Slopes.Select(slope => ReluRow.Of(settings, network, precision, rule, slope,
                        [.. runs.Where(run => run.Slope == slope)])));
                    zeros.AddRange(from epoch in Enumerable.Range(0, settings.Epochs)
                                   let seen = runs.Where(run => run.Epochs.Count > epoch).Select(run => run.Epochs[epoch].Layers).ToArray()
                                   where seen.Length > 0
                                   from layer in Enumerable.Range(0, seen[0].Count)
                                   select ReluZeros.Of(network, precision, rule, layer + 1, epoch + 1, seen.Sum(layers => layers[layer].AtKink),
                                       seen.Sum(layers => layers[layer].Evaluations)));
                }
            }
        }

        return new ReluTrainingResults(settings, MachineFacts.Current, units.Length == settings.Units, units.Sum(unit => unit.Seconds), rows, zeros, units);
    }
}

/// <summary>The runs of one network, precision, rule and slope.</summary>
/// <param name="Network">The network.</param>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Rule">The reverse pass at 0.</param>
/// <param name="Slope">s.</param>
/// <param name="LearningRate">The first learning rate.</param>
/// <param name="Runs">The number of runs.</param>
/// <param name="Diverged">Those whose loss became no number; they count with the accuracy of guessing.</param>
/// <param name="Accuracy">The mean test accuracy at the end.</param>
/// <param name="Low">The lower end of Student's interval; null for one run.</param>
/// <param name="High">The upper end.</param>
/// <param name="Zeros">Relus at exactly 0 in training.</param>
/// <param name="Evaluations">Evaluations of relus in training.</param>
/// <param name="Differing">Runs that ever differed from that of the first slope; null if that has another learning rate.</param>
/// <param name="FirstStep">The median of the first steps at which they did; null if none did.</param>
/// <param name="L1">The mean ℓ₁ distance at the end of the last epoch; null if no run has one.</param>
/// <param name="Relative">The mean relative Euclidean distance then.</param>
/// <param name="FromClarke">The median relative distance of gradients from Clarke's where a relu was at 0; null where none was.</param>
/// <param name="Hits">The number of those.</param>
/// <param name="Certified">Those whose Clarke gradient is certified.</param>
internal sealed record ReluRow(StudiedNetwork Network, int Precision, ReluRule Rule, double Slope, double LearningRate, int Runs, int Diverged,
    double Accuracy, double? Low, double? High, long Zeros, long Evaluations, int? Differing, double? FirstStep, double? L1, double? Relative,
    double? FromClarke, int Hits, int Certified)
{
    public static ReluRow Of(ReluTrainingSettings settings, StudiedNetwork network, int precision, ReluRule rule, double slope, ReluRun[] runs)
    {
        MeanInterval accuracy = MeanInterval.Student([.. runs.Select(run => run.Diverged is null ? run.Epochs[^1].TestAccuracy : 1.0 / settings.Classes)]);
        LayerKinks[] layers = [.. runs.SelectMany(run => run.Epochs).SelectMany(epoch => epoch.Layers)];
        ReluEpoch[] last = [.. runs.Where(run => run.Diverged is null).Select(run => run.Epochs[^1])];
        ClarkeDistance[] hits = [.. runs.SelectMany(run => run.Hits)];
        double rate = settings.RateOf(slope);
        return new ReluRow(network, precision, rule, slope, rate, runs.Length, runs.Count(run => run.Diverged is not null), accuracy.Value,
            accuracy.Low is { } low ? Math.Max(0, low) : null, accuracy.High is { } high ? Math.Min(1, high) : null, layers.Sum(layer => layer.AtKink),
            layers.Sum(layer => layer.Evaluations), rate == settings.LearningRates[0] ? runs.Count(run => run.FirstDifference is not null) : null,
            Median(runs.Select(run => (double?)run.FirstDifference)), last.Average(epoch => epoch.L1), last.Average(epoch => epoch.Relative),
            Median(hits.Select(hit => hit.Relative)), hits.Length, hits.Count(hit => hit.IsCertified));
    }

    private static double? Median(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Order()];
        return sorted.Length == 0 ? null : 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}

/// <summary>Relus at exactly 0 in one layer and epoch.</summary>
/// <param name="Network">The network.</param>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Rule">The reverse pass at 0.</param>
/// <param name="Layer">The layer, from 1.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Zeros">Relus at exactly 0.</param>
/// <param name="Evaluations">Evaluations.</param>
/// <param name="Rate">Their ratio.</param>
/// <param name="Low">The lower end of Wilson's interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record ReluZeros(StudiedNetwork Network, int Precision, ReluRule Rule, int Layer, int Epoch, long Zeros, long Evaluations, double Rate,
    double Low, double High)
{
    public static ReluZeros Of(StudiedNetwork network, int precision, ReluRule rule, int layer, int epoch, long zeros, long evaluations)
    {
        Proportion share = Proportion.Wilson(zeros, evaluations);
        return new ReluZeros(network, precision, rule, layer, epoch, zeros, evaluations, share.Value, share.Low, share.High);
    }
}
