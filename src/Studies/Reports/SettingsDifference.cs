using System.Text.Json;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>The difference between two sets of settings, for a message.</summary>
internal static class SettingsDifference
{
    private const int MaximumNamed = 4;

    /// <summary>The first differences by name, with both values.</summary>
    /// <param name="written">Settings from a file, as one JSON object.</param>
    /// <param name="asked">The current settings.</param>
    /// <exception cref="JsonException">One of them is not JSON.</exception>
    public static string Between(string written, string asked)
    {
        using JsonDocument before = JsonDocument.Parse(written), now = JsonDocument.Parse(asked);
        if (before.RootElement.ValueKind != JsonValueKind.Object)
            return "what it has are no settings";
        List<string> differences = [];
        foreach (JsonProperty property in now.RootElement.EnumerateObject())
        {
            string here = property.Value.GetRawText(), there = before.RootElement.TryGetProperty(property.Name, out JsonElement value)
                ? value.GetRawText()
                : "not there";
            if (here != there)
                differences.Add($"{property.Name} is {Excerpt.Of(there)} there and {Excerpt.Of(here)} here");
        }

        foreach (JsonProperty property in before.RootElement.EnumerateObject())
        {
            if (!now.RootElement.TryGetProperty(property.Name, out _))
                differences.Add($"{property.Name} is {Excerpt.Of(property.Value.GetRawText())} there and not set here");
        }

        return differences.Count == 0
            ? "they are written otherwise"
            : string.Join("; ", differences.Take(MaximumNamed)) + (differences.Count > MaximumNamed ? $"; and {differences.Count - MaximumNamed} more" : "");
    }
}
