using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace ConservativeAD.Studies.Reports;

/// <summary>The first line of a journal: its version, where it comes from, and the settings.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Settings">The settings, as one JSON object.</param>
internal sealed partial record JournalHeader(JournalOrigin Origin, string Settings)
{
    private const int Version = 3;
    private const string BeforeSettings = ",\"settings\":";

    private static string Start { get; } = string.Create(CultureInfo.InvariantCulture, $"\"journal\":{Version},\"origin\":");

    /// <summary>The content of the line, after its checksum.</summary>
    public string Content => Start + ResultsJson.WriteLine(Origin) + BeforeSettings + Settings + "}";

    /// <summary>Reads the first line of a journal.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="path">Its name for messages.</param>
    /// <param name="remedy">What to do about a line that is none, in words.</param>
    /// <exception cref="UsageException">An earlier version wrote it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or the first line of something else.</exception>
    public static JournalHeader Read(Stream journal, string path, string remedy) =>
        Read(new LineReader(journal, path, JournalLine.Longest).Next() ?? default, path, remedy);

    /// <summary>Reads a first line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="path">The journal, for messages.</param>
    /// <param name="remedy">What to do about a line that is none, in words.</param>
    /// <exception cref="UsageException">An earlier version wrote it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or the first line of something else.</exception>
    public static JournalHeader Read(ReadOnlyMemory<byte> text, string path, string remedy)
    {
        string line = Utf8.IsValid(text.Span) ? Encoding.UTF8.GetString(text.Span) : "";
        string? content = JournalLine.ContentOf(line, "");
        if (EarlierStarts().IsMatch(line))
            throw new UsageException($"{path} was written by an earlier version, and is not continued; {remedy}.");
        int settings = content is not null && content.StartsWith(Start, StringComparison.Ordinal)
            ? content.IndexOf(BeforeSettings, StringComparison.Ordinal)
            : -1;
        try
        {
            if (settings > 0)
            {
                JournalOrigin origin = ResultsJson.ReadStrictly<JournalOrigin>(content![Start.Length..settings]);
                JournalHeader header = new(origin, content[(settings + BeforeSettings.Length)..^1]);
                if (header.Content == content)
                    return header;
            }
        }
        catch (JsonException problem)
        {
            throw NoHeader(problem);
        }

        throw NoHeader(null);

        InvalidDataException NoHeader(Exception? cause) => new(
            $"Line 1 of {path} is no line of settings with its checksum: it was changed, or the file is no journal; {remedy}.", cause);
    }

    /// <summary>The settings as an object.</summary>
    /// <typeparam name="TSettings">Their type.</typeparam>
    /// <param name="path">The journal, for messages.</param>
    /// <exception cref="InvalidDataException">They are others.</exception>
    public TSettings SettingsOf<TSettings>(string path)
        where TSettings : class
    {
        try
        {
            TSettings settings = ResultsJson.ReadStrictly<TSettings>(Settings);
            if (ResultsJson.WriteLine(settings) == Settings)
                return settings;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"Line 1 of {path} holds no settings of {Origin.Study}; leave its folder out, or run it again.", problem);
        }

        throw new InvalidDataException($"Line 1 of {path} holds more than settings of {Origin.Study}; leave its folder out, or run it again.");
    }

    /// <summary>How a journal that is there differs from one that is asked for; null if it does not.</summary>
    /// <param name="asked">What is asked for.</param>
    public string? DifferenceFrom(JournalHeader asked) =>
        Origin.Study != asked.Origin.Study ? $"it is of the study {Origin.Study}, not of {asked.Origin.Study}"
        : Origin != asked.Origin ? SettingsDifference.Between(ResultsJson.WriteLine(Origin), ResultsJson.WriteLine(asked.Origin))
        : Settings != asked.Settings ? SettingsDifference.Between(Settings, asked.Settings)
        : null;

    // Without checksums, and with the settings alone.
    [GeneratedRegex("^(\\{\"depths\":|\\{\"sum\":\"[0-9a-f]{16}\",\"journal\":2,)", RegexOptions.CultureInvariant)]
    private static partial Regex EarlierStarts();
}
