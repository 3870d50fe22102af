using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConservativeAD.Studies.Reports;

/// <summary>The JSON form of results, in files and on standard output.</summary>
internal static class ResultsJson
{
    private static readonly JsonSerializerOptions Indented = Options(true);
    private static readonly JsonSerializerOptions OneLine = Options(false);
    private static readonly JsonSerializerOptions Strict = new(OneLine) { RespectNullableAnnotations = true };

    public static string Write<TResults>(TResults results) => JsonSerializer.Serialize(results, Indented);

    public static string WriteLine<TResults>(TResults results) => JsonSerializer.Serialize(results, OneLine);

    /// <summary>Reads what <see cref="WriteLine"/> wrote.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static TResults Read<TResults>(string text) =>
        JsonSerializer.Deserialize<TResults>(text, OneLine) ?? throw new JsonException("The text is null.");

    /// <summary>Reads what <see cref="WriteLine"/> wrote, and takes null only where the type does.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static TResults ReadStrictly<TResults>(string text) =>
        JsonSerializer.Deserialize<TResults>(text, Strict) ?? throw new JsonException("The text is null.");

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        // The output is not for web pages, so θ and ′ need no escapes and stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
