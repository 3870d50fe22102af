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
    [property: JsonPropertyName("difference")] double? Difference);
