using System.Globalization;

namespace ConservativeAD.Studies.Reports;

/// <summary>
/// A part of a study's units, for one of several processes that share no memory. Units are dealt in rounds, and each round begins with the next shard, so that
/// settings that come back every few units are shared evenly, too.
/// </summary>
/// <param name="Index">Which one, from 1.</param>
/// <param name="Count">The number of shards.</param>
internal sealed record Shard(int Index, int Count)
{
    /// <summary>The most shards of a study.</summary>
    public const int Most = 1_000_000;

    /// <summary>The whole study.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Its name in files, such as 2/4; null for a whole study.</summary>
    public string? Name => Count == 1 ? null : ToString();

    /// <summary>A shard by its name.</summary>
    /// <param name="text">Which one of how many, such as 2/4.</param>
    /// <returns>The shard; null if there is none of this name.</returns>
    public static Shard? Of(string text) =>
        text.Split('/') is [{ } index, { } count] && Number(index) is { } place && Number(count) is { } all && place <= all ? new Shard(place, all) : null;

    /// <summary>Whether a unit belongs to it.</summary>
    /// <param name="unit">The number of the unit, from 0.</param>
    public bool Has(long unit) => (unit + (unit / Count)) % Count == Index - 1;

    /// <summary>The number of its units.</summary>
    /// <param name="units">The units of the study.</param>
    public long CountOf(long units)
    {
        long rounds = units / Count, place = (((Index - 1 - rounds) % Count) + Count) % Count;
        return rounds + (place < units % Count ? 1 : 0);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= Most ? number : null;
}
