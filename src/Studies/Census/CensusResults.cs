using System.Text.Json.Serialization;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Census;

/// <summary>The results of <c>census</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether all batches were counted.</param>
/// <param name="Rows">Node by node.</param>
/// <param name="Differences">What choices change, kink by kink.</param>
/// <param name="Clarke">Backpropagation beside Clarke's subdifferential.</param>
/// <param name="Refusals">Why gradients are not certified.</param>
internal sealed record CensusResults(CensusSettings Settings, MachineFacts Machine, bool Complete, IReadOnlyList<CensusRow> Rows,
    IReadOnlyList<CensusDifference> Differences, IReadOnlyList<CensusClarke> Clarke, IReadOnlyList<CensusRefusal> Refusals) : IUnitResults
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }

    /// <summary>The results of the batches finished so far.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="units">The batches.</param>
    public static CensusResults Of(CensusSettings settings, IReadOnlyCollection<CensusUnit> units)
    {
        ILookup<string, CensusUnit> byImages = units.OrderBy(unit => settings.UnitOf(unit.Images, unit.Batch)).ToLookup(unit => unit.Images);
        return new CensusResults(
            settings,
            MachineFacts.Current,
            units.Count == settings.Units,
            [.. from images in ModelImages.Kinds
                from node in byImages[images].SelectMany(unit => unit.Nodes).GroupBy(node => node.Node).OrderBy(node => node.Key)
                select CensusRow.Of(images, settings.Layers.First(layer => layer.Node == node.Key), [.. node])],
            [.. from images in ModelImages.Kinds
                where byImages[images].Any()
                from kink in Enum.GetValues<KinkName>()
                let met = byImages[images].SelectMany(unit => unit.Changes).Where(change => change.Kink == kink).ToArray()
                where met.Length > 0 || kink == KinkName.Any
                select CensusDifference.Of(images, kink, byImages[images].Count(), met)],
            [.. from images in ModelImages.Kinds
                let read = byImages[images].Select(unit => unit.Clarke).OfType<ClarkeReading>().ToArray()
                where read.Length > 0
                select CensusClarke.Of(images, read)],
            [.. from images in ModelImages.Kinds
                from reason in byImages[images].SelectMany(unit => unit.Clarke?.Reasons ?? []).GroupBy(reason => reason)
                    .OrderByDescending(reason => reason.Count())
                select new CensusRefusal(images, reason.Key, reason.Count())]);
    }
}

/// <summary>The kinks of one node of a model on one kind of images.</summary>
/// <param name="Images">The kind: those of the data, a black one, or constant ones.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Evaluations">Elements of its operations that may be at a kink.</param>
/// <param name="Kinks">Those that were exactly at one.</param>
/// <param name="Proportion">Kinks per evaluation.</param>
/// <param name="Low">The lower end of Wilson's 95 % interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Nearest">The smallest size of an argument of a relu that is not 0; null for other operators.</param>
internal sealed record CensusRow(string Images, string Node, string Operator, long Evaluations, long Kinks, double Proportion, double Low, double High,
    double? Nearest)
{
    public static CensusRow Of(string images, ModelLayer node, IReadOnlyCollection<NodeKinks> batches)
    {
        long evaluations = batches.Sum(batch => batch.Evaluations), kinks = batches.Sum(batch => batch.AtKink);
        Proportion share = Statistics.Proportion.Wilson(kinks, Math.Max(evaluations, 1));
        return new CensusRow(images, node.Name, node.Operator, evaluations, kinks, share.Value, share.Low, share.High, batches.Min(batch => batch.Nearest));
    }
}

/// <summary>How far the choice at kinks changes gradients, on one kind of images.</summary>
/// <param name="Images">The kind.</param>
/// <param name="Kink">The kinks at which another choice is made.</param>
/// <param name="Batches">Batches.</param>
/// <param name="AtKinks">Batches in which some operation was at such a kink.</param>
/// <param name="Different">Batches in which the two choices gave gradients that are not equal bit for bit.</param>
/// <param name="OfParameters">The largest distance of the two gradients of the weights, relative to the norm of the first; null if there are none.</param>
/// <param name="OfInput">The same for the gradient of the input.</param>
internal sealed record CensusDifference(string Images, KinkName Kink, int Batches, int AtKinks, int Different, double? OfParameters, double? OfInput)
{
    public static CensusDifference Of(string images, KinkName kink, int batches, IReadOnlyCollection<ChoiceChange> met) => new(images, kink, batches, met.Count,
        met.Count(change => change.Differs), met.Max(change => change.Distance.OfWeights), met.Max(change => change.Distance.OfInput));
}

/// <summary>
/// How far backpropagation is from the convex hull of some elements of Clarke's subdifferential, on batches at kinks of one kind of images.
/// </summary>
/// <param name="Images">The kind.</param>
/// <param name="Batches">Batches that were compared.</param>
/// <param name="Certified">Those whose elements are certified.</param>
/// <param name="OfParameters">The largest distance of the gradient of the weights with the choices of PyTorch, relative to the nearest point.</param>
/// <param name="OfInput">The same for the gradient of the input.</param>
/// <param name="OtherOfParameters">The largest distance of the gradient of the weights with the other choices.</param>
/// <param name="OtherOfInput">The same for the gradient of the input.</param>
/// <param name="ApartInParameters">The largest distance of two elements in the weights, relative to the first; null if there is one element only.</param>
/// <param name="ApartInInput">The same in the input.</param>
internal sealed record CensusClarke(string Images, int Batches, int Certified, double? OfParameters, double? OfInput, double? OtherOfParameters,
    double? OtherOfInput, double? ApartInParameters, double? ApartInInput)
{
    public static CensusClarke Of(string images, IReadOnlyCollection<ClarkeReading> read) => new(images, read.Count, read.Count(one => one.IsCertified),
        read.Max(one => one.OfFirst.OfWeights), read.Max(one => one.OfFirst.OfInput), read.Max(one => one.OfSecond.OfWeights),
        read.Max(one => one.OfSecond.OfInput), read.Max(one => one.Apart.OfWeights), read.Max(one => one.Apart.OfInput));
}

/// <summary>A reason why gradients are not certified.</summary>
/// <param name="Images">The kind of images.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Batches">Batches with this reason.</param>
internal sealed record CensusRefusal(string Images, string Reason, int Batches);
