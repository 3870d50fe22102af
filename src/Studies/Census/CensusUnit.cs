using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Census;

/// <summary>What a model does on one batch.</summary>
/// <param name="Images">The kind of images.</param>
/// <param name="Batch">The index of the batch.</param>
/// <param name="Nodes">Nodes of the model with operations that have kinks.</param>
/// <param name="Changes">For each kind of kink that was met, and for all at once: what another choice changes. Empty if none was met.</param>
/// <param name="Clarke">The comparison with Clarke's subdifferential; null if none was made.</param>
/// <param name="Seconds">The duration.</param>
internal sealed record CensusUnit(string Images, int Batch, IReadOnlyList<NodeKinks> Nodes, IReadOnlyList<ChoiceChange> Changes, ClarkeReading? Clarke,
    double Seconds)
{
    /// <summary>The units of a study, for its journal.</summary>
    /// <param name="settings">The study.</param>
    public static JournalUnits<CensusUnit> UnitsOf(CensusSettings settings) => new(
        settings.Units,
        unit => settings.UnitOf(unit.Images, unit.Batch),
        unit => unit.Seconds >= 0 && double.IsFinite(unit.Seconds)
            && unit.Nodes is { } nodes
            && nodes.All(node => node is { AtKink: >= 0 } && settings.Layers.Any(layer => layer.Node == node.Node) && node.AtKink <= node.Evaluations)
            && unit.Changes is { } changes && changes.All(change => change is { Distance.IsPossible: true } && Enum.IsDefined(change.Kink))
            && changes.Select(change => change.Kink).Distinct().Count() == changes.Count
            && unit.Clarke is null or { Reasons: not null, OfFirst.IsPossible: true, OfSecond.IsPossible: true, Apart.IsPossible: true }
            && (unit.Clarke is null || unit.Clarke.IsCertified == (unit.Clarke.Reasons.Count == 0)));
}

/// <summary>The operations with kinks that one node of a model recorded.</summary>
/// <param name="Node">Its index in the model.</param>
/// <param name="Evaluations">Elements that may be at a kink.</param>
/// <param name="AtKink">Those that are.</param>
/// <param name="Nearest">The smallest size of an argument of a relu that is not 0; null for other operations.</param>
internal sealed record NodeKinks(int Node, long Evaluations, long AtKink, double? Nearest);

/// <summary>What another choice at kinks changes.</summary>
/// <param name="Kink">The kinks at which it is another.</param>
/// <param name="Differs">Whether some bit of some gradient is another.</param>
/// <param name="Distance">The distance of the gradients.</param>
internal sealed record ChoiceChange(KinkName Kink, bool Differs, GradientDistance Distance);

/// <summary>How far backpropagation is from the convex hull of some elements of Clarke's subdifferential.</summary>
/// <param name="IsCertified">Whether all elements are certified to be some.</param>
/// <param name="Reasons">Why one is not.</param>
/// <param name="OfFirst">The distance of backpropagation with the choices of PyTorch.</param>
/// <param name="OfSecond">That with the other choices.</param>
/// <param name="Apart">The largest distance of another element from the first.</param>
internal sealed record ClarkeReading(bool IsCertified, IReadOnlyList<string> Reasons, GradientDistance OfFirst, GradientDistance OfSecond,
    GradientDistance Apart);
