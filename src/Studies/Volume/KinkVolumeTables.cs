using System.Globalization;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Volume;

/// <summary>The tables of <c>volume</c> for any network and kink, the same on the terminal, in CSV files and in the report.</summary>
internal static class KinkVolumeTables
{
    /// <summary>Columns of shares.</summary>
    /// <param name="settings">The study.</param>
    public static IReadOnlyList<string> Columns(KinkVolumeSettings settings) => settings switch
    {
        { IsByBatch: true } => ["bits", "mini-batches", "hits", "proportion", "95 % interval"],
        { Model: not null } => ["bits", "mini-batches", "networks", "hits", "proportion", "95 % interval"],
        _ => ["bits", "mini-batches", "networks", "hits", "proportion", "95 % interval", "published"],
    };

    /// <summary>Columns of layers.</summary>
    /// <param name="settings">The study.</param>
    public static IReadOnlyList<string> LayerColumns(KinkVolumeSettings settings) => settings.Model is null
        ? ["bits", "layer", "evaluations", "at a kink", "per evaluation", "95 % interval"]
        : ["bits", "node", "operator", "evaluations", "at a kink", "per evaluation", "95 % interval"];

    /// <summary>Columns of differences.</summary>
    /// <param name="settings">The study.</param>
    public static IReadOnlyList<string> DifferenceColumns(KinkVolumeSettings settings) =>
        ["bits", $"{settings.UnitName} hit", "median L¹", "median L∞", "median relative", "largest relative"];

    public static IEnumerable<IReadOnlyList<string>> Rows(KinkVolumeResults results) => results.Rows.Select(row => (IReadOnlyList<string>)
    [
        Whole(row.Precision), .. results.Settings.IsByBatch ? [] : new[] { Whole(row.After) }, Whole(row.Networks), Whole(row.Hits),
        row.Proportion is { } share ? Share(share) : "–", row.Low is { } low && row.High is { } high ? $"{Share(low)} … {Share(high)}" : "–",
        .. results.Settings.Model is not null ? [] : new[] { row.Published is { } published ? Share(published) : "–" },
    ]);

    public static IEnumerable<IReadOnlyList<string>> LayerRows(KinkVolumeResults results) => results.Layers.Select(row => (IReadOnlyList<string>)
    [
        Whole(row.Precision), .. row is { Node: { } node, Operator: { } type } ? new[] { node, type } : [Whole(row.Layer)], Whole(row.Evaluations),
        Whole(row.AtKink), Small(row.Rate), $"{Small(row.Low)} … {Small(row.High)}",
    ]);

    public static IEnumerable<IReadOnlyList<string>> DifferenceRows(KinkVolumeResults results) => results.Differences.Select(row => (IReadOnlyList<string>)
        [Whole(row.Precision), Whole(row.Networks), Small(row.L1), Small(row.Largest), Small(row.Relative), Small(row.LargestRelative)]);

    /// <summary>The network, images and mini-batches, in words.</summary>
    /// <param name="settings">The settings.</param>
    public static string Describe(KinkVolumeSettings settings)
    {
        string network = settings.Model is { } model
            ? $"{Path.GetFileName(model.File)} with {(model.IsDrawn ? "weights drawn anew" : "the weights of its file")}"
            : NameOf(settings);
        return $"{network} on {settings.Data}, mini-batches of {settings.Batch}";
    }

    private static string NameOf(KinkVolumeSettings settings)
    {
        string size = settings.Network == NetworkName.Mlp ? $" {settings.Depth} × {settings.Width}" : "";
        return $"{settings.Network?.ToString().ToLowerInvariant()}{size}{(settings.BatchNorm ? " with batch normalisation" : "")}";
    }

    private static string Share(double share) => share.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Small(double number) => number == 0 ? "0" : number.ToString("0.0E+0", CultureInfo.InvariantCulture);

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);
}
