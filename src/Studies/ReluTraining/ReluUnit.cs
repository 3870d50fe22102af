using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using ConservativeAD.Studies.Volume;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>The runs of one network, precision and seed, with every rule and slope.</summary>
/// <param name="Network">The network.</param>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Index">The index of the seed.</param>
/// <param name="Seconds">The duration.</param>
/// <param name="Runs">The runs, in the order of the settings.</param>
internal sealed record ReluUnit(StudiedNetwork Network, int Precision, int Index, double Seconds, IReadOnlyList<ReluRun> Runs)
{
    /// <summary>The units of a study, for its journal.</summary>
    /// <param name="settings">The study.</param>
    public static JournalUnits<ReluUnit> Of(ReluTrainingSettings settings) => new(
        settings.Units,
        unit => unit.Network is { } network ? settings.UnitOf(network, unit.Precision, unit.Index) : null,
        unit => unit.Seconds >= 0 && double.IsFinite(unit.Seconds) && unit.Runs is { } runs
            && AreRuns(settings, runs) && runs.All(run => (run.Epochs.Count == settings.Epochs) == (run.Diverged is null)));

    /// <summary>Whether these can be the runs of a unit, or the first epochs of them.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="runs">The runs, read from a file.</param>
    public static bool AreRuns(ReluTrainingSettings settings, IReadOnlyList<ReluRun> runs) =>
        runs.All(run => run is { Epochs: not null, Hits: not null, Parameters: not null })
        && runs.Select(run => (run.Rule, run.Slope)).SequenceEqual(settings.Kinds)
        && runs.All(run => run.Epochs.Count <= settings.Epochs && run.Hits.Count <= settings.Hits && run.Hits.All(hit => hit is not null)
            && run.Epochs.All(epoch => epoch is { TestAccuracy: >= 0 and <= 1, Layers: not null }
                && epoch.Layers.All(layer => layer is not null && layer.AtKink >= 0 && layer.AtKink <= layer.Evaluations)));
}

/// <summary>A training run.</summary>
/// <param name="Rule">The reverse pass at 0.</param>
/// <param name="Slope">s.</param>
/// <param name="Epochs">Epoch by epoch.</param>
/// <param name="FirstDifference">The first step whose gradient differs, bit for bit, from that of the first slope; null if none does, or the learning rates
/// differ.</param>
/// <param name="Hits">Its gradients at some relus at 0, compared with Clarke's.</param>
/// <param name="Diverged">Why it stopped before its last epoch; null if it did not.</param>
/// <param name="Parameters">A checksum of all parameters at the end.</param>
internal sealed record ReluRun(ReluRule Rule, double Slope, IReadOnlyList<ReluEpoch> Epochs, long? FirstDifference, IReadOnlyList<ClarkeDistance> Hits,
    string? Diverged, string Parameters);

/// <summary>An epoch of a run.</summary>
/// <param name="TrainLoss">The mean loss of the mini-batches, each just before its step.</param>
/// <param name="TestLoss">The mean loss of the test images after it; null if it is no number.</param>
/// <param name="TestAccuracy">The fraction of them classified correctly.</param>
/// <param name="L1">The ℓ₁ distance of the parameters from those of the first slope; null if that run diverged.</param>
/// <param name="Relative">Their Euclidean distance, relative to the length of the latter.</param>
/// <param name="Layers">Relu evaluations of the training passes, and those at exactly 0, layer by layer.</param>
internal sealed record ReluEpoch(double TrainLoss, double? TestLoss, double TestAccuracy, double? L1, double? Relative, IReadOnlyList<LayerKinks> Layers);

/// <summary>How far backpropagation is from an element of Clarke's subdifferential at a relu at 0.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Relative">The Euclidean distance of the gradients, relative to the length of Clarke's; null if that is 0 or no number.</param>
/// <param name="IsCertified">Whether the element is certified.</param>
internal sealed record ClarkeDistance(long Step, double? Relative, bool IsCertified);
