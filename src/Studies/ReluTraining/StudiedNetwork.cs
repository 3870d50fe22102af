using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.ReluTraining;

/// <summary>
/// A network of the study. Its word is a name, for mlp with the widths of its hidden layers (mlp:256-128), and +bn where layers are normalised over the
/// mini-batch.
/// </summary>
/// <param name="Word">The word.</param>
[JsonConverter(typeof(Converter))]
internal sealed record StudiedNetwork(string Word)
{
    private const string NormEnding = "+bn";
    private const char BeforeWidths = ':';
    private const char BetweenWidths = '-';
    private const int MaximumWidth = 65_536;
    private const int MaximumLayers = 100;

    /// <summary>The name.</summary>
    public NetworkName Name { get; } = Enum.Parse<NetworkName>(Core(Word).Split(BeforeWidths)[0], ignoreCase: true);

    /// <summary>Widths of the hidden layers of mlp; none for the others.</summary>
    public int[] Hidden { get; } = Core(Word).Split(BeforeWidths) is [_, { } widths]
        ? [.. widths.Split(BetweenWidths).Select(width => int.Parse(width, CultureInfo.InvariantCulture))]
        : [];

    /// <summary>Whether layers are normalised over the mini-batch before their activation.</summary>
    public bool BatchNorm { get; } = Word.EndsWith(NormEnding, StringComparison.Ordinal);

    /// <summary>What words there are, for messages.</summary>
    public static string Words => "mlp, mlp with widths (mlp:256-128), lenet5, vgg11, resnet18, and all but lenet5 with +bn";

    /// <summary>A network by its word.</summary>
    /// <param name="word">The word; mlp may be without widths.</param>
    /// <returns>The network; null if there is none of this word.</returns>
    public static StudiedNetwork? Of(string word)
    {
        string[] parts = Core(word).Split(BeforeWidths);
        bool hasNorm = word.EndsWith(NormEnding, StringComparison.Ordinal);
        return parts switch
        {
            ["lenet5"] when !hasNorm => new StudiedNetwork(word),
            ["mlp"] or ["vgg11"] or ["resnet18"] => new StudiedNetwork(word),
            ["mlp", { } widths] when AreWidths(widths) => new StudiedNetwork(word),
            _ => null,
        };
    }

    /// <summary>The network with widths and normalisation where its word does not say them.</summary>
    /// <param name="hidden">Widths of the hidden layers of an mlp without its own.</param>
    /// <param name="batchNorm">Whether to normalise every network.</param>
    public StudiedNetwork With(int[] hidden, bool batchNorm)
    {
        string core = Name == NetworkName.Mlp && Hidden.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"mlp{BeforeWidths}{string.Join(BetweenWidths, hidden)}")
            : Core(Word);
        return new StudiedNetwork(BatchNorm || batchNorm ? core + NormEnding : core);
    }

    public bool Equals(StudiedNetwork? other) => other is not null && Word == other.Word;

    public override int GetHashCode() => Word.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Word;

    private static string Core(string word) => word.EndsWith(NormEnding, StringComparison.Ordinal) ? word[..^NormEnding.Length] : word;

    private static bool AreWidths(string text)
    {
        string[] widths = text.Split(BetweenWidths);
        return widths.Length <= MaximumLayers && widths.All(width => int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int units)
            && units is >= 1 and <= MaximumWidth && width == units.ToString(CultureInfo.InvariantCulture));
    }

    private sealed class Converter : JsonConverter<StudiedNetwork>
    {
        public override StudiedNetwork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Of(reader.GetString() ?? "") ?? throw new JsonException("There is no such network.");

        public override void Write(Utf8JsonWriter writer, StudiedNetwork value, JsonSerializerOptions options) => writer.WriteStringValue(value.Word);
    }
}
