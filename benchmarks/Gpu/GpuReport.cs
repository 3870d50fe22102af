using System.Text.Json.Serialization;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>All measurements and the hardware they were made on; eng/gpu/peer.py writes the same format.</summary>
internal sealed record GpuReport(
    [property: JsonPropertyName("device")] string Device,
    [property: JsonPropertyName("driver")] string Driver,
    [property: JsonPropertyName("date")] string Date,
    [property: JsonPropertyName("runtime")] string Runtime,
    [property: JsonPropertyName("cublas")] bool HasCuBlas,
    [property: JsonPropertyName("results")] IReadOnlyList<GpuResult> Results,
    [property: JsonPropertyName("failures")] IReadOnlyList<string> Failures);
