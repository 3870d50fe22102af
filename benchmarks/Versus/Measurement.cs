using System.Text.Json.Serialization;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>
/// The result for one workload: medians in milliseconds, the median ratio (peer over ours: above 1 means ours is faster) and its bootstrap interval.
/// </summary>
internal sealed record Measurement(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("ours_ms")] double OursMilliseconds,
    [property: JsonPropertyName("peer_ms")] double? PeerMilliseconds,
    [property: JsonPropertyName("ratio")] double? Ratio,
    [property: JsonPropertyName("low")] double? Low,
    [property: JsonPropertyName("high")] double? High,
    [property: JsonPropertyName("difference")] double? Difference)
{
    /// <summary>The least time on this machine, in milliseconds: of the fewest bytes at its bandwidth, or of the fewest operations at its peak.</summary>
    [JsonPropertyName("least_ms")]
    public double? LeastMilliseconds { get; init; }

    /// <summary>Which of both it is.</summary>
    [JsonPropertyName("bound")]
    public string? Bound { get; init; }

    /// <summary>The least time over ours: our share of what the machine can do.</summary>
    [JsonPropertyName("share")]
    public double? Share => LeastMilliseconds / OursMilliseconds;
}
