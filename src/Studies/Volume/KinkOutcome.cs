using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Volume;

/// <summary>What the choice at a kink changes for one network, or on one mini-batch where all networks are the same.</summary>
/// <param name="Precision">Bits of its numbers.</param>
/// <param name="Network">Its index.</param>
/// <param name="FirstHit">The first mini-batch, from 1, on which the two choices give gradients with different bits; null if none did.</param>
/// <param name="Difference">The difference of the gradients there; null if there was none.</param>
/// <param name="Layers">Layer by layer: evaluations of the kinked operation, and how many were at a kink.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record KinkOutcome(int Precision, int Network, int? FirstHit, GradientDifference? Difference, IReadOnlyList<LayerKinks> Layers, double Seconds)
{
    /// <summary>The units of a study, for its journal.</summary>
    /// <param name="settings">The study.</param>
    public static JournalUnits<KinkOutcome> UnitsOf(KinkVolumeSettings settings) => new(
        settings.Units,
        outcome => settings.UnitOf(outcome.Precision, outcome.Network),
        outcome => outcome.FirstHit is null or >= 1 && !(outcome.FirstHit > settings.After[^1]) && (outcome.FirstHit is null) == (outcome.Difference is null)
            && outcome.Layers is { } layers && (settings.Model is null || layers.Count == settings.Model.Layers.Count)
            && layers.All(layer => layer is not null && layer.AtKink >= 0 && layer.AtKink <= layer.Evaluations)
            && outcome.Seconds >= 0 && double.IsFinite(outcome.Seconds));
}
