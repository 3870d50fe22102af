using System.Text.Json;

namespace ConservativeAD.Studies.GradBench;

/// <summary>The JSON of GradBench's messages.</summary>
internal static class ProtocolJson
{
    /// <summary>Names in lower case with underscores; what an input lacks, or has as null, is an error.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
