using System.Text.Json.Serialization;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The result for one workload; quantities that are not counted are left out.</summary>
internal sealed record GpuResult(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("value")] double Value,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("bytes")] double? Bytes,
    [property: JsonPropertyName("flops")] double? Operations,
    [property: JsonPropertyName("share")] double? Share,
    [property: JsonPropertyName("difference")] double Difference);
