using System.Text.Json.Serialization;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Statistics;

namespace ConservativeAD.Studies.Volume;

/// <summary>The results of <c>volume</c> for any network and kink, in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether every network was tested.</param>
/// <param name="Choices">The two choices, in words.</param>
/// <param name="Rows">By precision and number of mini-batches.</param>
/// <param name="Layers">By precision and layer.</param>
/// <param name="Differences">By precision: how far apart gradients are where they first differ.</param>
/// <param name="Kept">Weights of a model that were not drawn, as what they are for does not say how; null if there are none.</param>
internal sealed record KinkVolumeResults(KinkVolumeSettings Settings, MachineFacts Machine, bool Complete, string Choices, IReadOnlyList<KinkVolumeRow> Rows,
    IReadOnlyList<KinkLayerRow> Layers, IReadOnlyList<KinkDifferenceRow> Differences,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Kept = null) : IUnitResults
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }

    /// <summary>The results of the networks finished so far.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="outcomes">The networks.</param>
    public static KinkVolumeResults Of(KinkVolumeSettings settings, IReadOnlyCollection<KinkOutcome> outcomes)
    {
        ILookup<int, KinkOutcome> byPrecision = outcomes.OrderBy(outcome => outcome.Network).ToLookup(outcome => outcome.Precision);
        return new KinkVolumeResults(
            settings,
            MachineFacts.Current,
            outcomes.Count == settings.Units,
            KinkChoice.Of(settings.Kink).Words,
            [.. from precision in settings.Precisions
                from after in settings.After
                select KinkVolumeRow.Of(settings, precision, after, [.. byPrecision[precision]])],
            [.. from precision in settings.Precisions
                where byPrecision[precision].Any()
                from layer in Enumerable.Range(0, byPrecision[precision].First().Layers.Count)
                let row = KinkLayerRow.Of(precision, layer, [.. byPrecision[precision].Select(outcome => outcome.Layers[layer])])
                where row.Evaluations > 0 || settings.Model is null
                select row with { Node = settings.Model?.Layers[layer].Name, Operator = settings.Model?.Layers[layer].Operator }],
            [.. from precision in settings.Precisions
                let seen = byPrecision[precision].Select(outcome => outcome.Difference).OfType<GradientDifference>().ToArray()
                where seen.Length > 0
                select KinkDifferenceRow.Of(precision, seen)],
            settings.Model is { Kept: { Count: > 0 } kept } ? kept : null);
    }
}

/// <summary>The share of networks in the zone after some mini-batches.</summary>
/// <param name="Precision">Bits.</param>
/// <param name="After">Mini-batches.</param>
/// <param name="Networks">Networks; mini-batches where all networks are the same.</param>
/// <param name="Hits">Those for which the choices gave different gradients on one of the mini-batches.</param>
/// <param name="Proportion">Hits per network; null before the first.</param>
/// <param name="Low">The lower end of Wilson's interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Published">The published share; null where there is none for these settings.</param>
internal sealed record KinkVolumeRow(int Precision, int After, int Networks, int Hits, double? Proportion, double? Low, double? High, double? Published)
{
    public static KinkVolumeRow Of(KinkVolumeSettings settings, int precision, int after, IReadOnlyCollection<KinkOutcome> outcomes)
    {
        int hits = outcomes.Count(outcome => outcome.FirstHit <= after);
        Proportion? share = outcomes.Count > 0 ? Statistics.Proportion.Wilson(hits, outcomes.Count) : null;
        return new KinkVolumeRow(precision, after, outcomes.Count, hits, share?.Value, share?.Low, share?.High,
            PublishedConvolutions.Share(settings, precision, after));
    }
}

/// <summary>The kinks of one layer.</summary>
/// <param name="Precision">Bits.</param>
/// <param name="Layer">The layer, from 1.</param>
/// <param name="Evaluations">Evaluations, over all networks and mini-batches.</param>
/// <param name="AtKink">Those at a kink.</param>
/// <param name="Rate">Kinks per evaluation.</param>
/// <param name="Low">The lower end of Wilson's interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record KinkLayerRow(int Precision, int Layer, long Evaluations, long AtKink, double Rate, double Low, double High)
{
    /// <summary>The node of a model; null for networks of the program's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    /// <summary>Its operator.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Operator { get; init; }

    public static KinkLayerRow Of(int precision, int layer, IReadOnlyCollection<LayerKinks> networks)
    {
        long evaluations = networks.Sum(kinks => kinks.Evaluations), atKink = networks.Sum(kinks => kinks.AtKink);
        Proportion rate = Proportion.Wilson(atKink, Math.Max(1, evaluations));
        return new KinkLayerRow(precision, layer + 1, evaluations, atKink, rate.Value, rate.Low, rate.High);
    }
}

/// <summary>How far apart gradients are where the choices first differ: medians over networks, and the largest.</summary>
/// <param name="Precision">Bits.</param>
/// <param name="Networks">Networks that were hit.</param>
/// <param name="L1">The median of the sum of magnitudes.</param>
/// <param name="Largest">The median of the largest magnitude.</param>
/// <param name="Relative">The median of the Euclidean norm relative to that of the gradient.</param>
/// <param name="LargestRelative">The largest relative norm.</param>
internal sealed record KinkDifferenceRow(int Precision, int Networks, double L1, double Largest, double Relative, double LargestRelative)
{
    public static KinkDifferenceRow Of(int precision, IReadOnlyCollection<GradientDifference> seen) => new(precision, seen.Count,
        Median(seen.Select(one => one.L1)), Median(seen.Select(one => one.Largest)), Median(seen.Select(one => one.Relative)), seen.Max(one => one.Relative));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
