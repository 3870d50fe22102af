using System.Globalization;
using System.Text;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The tables of docs/selections.md, written from the keys and from the table of operations.</summary>
internal static class SelectionTables
{
    /// <summary>The page with the text between its markers replaced.</summary>
    public static string Rewritten(string page)
    {
        foreach ((string name, string text) in (ReadOnlySpan<(string, string)>)[("keys", Keys()), ("presets", OfPresets())])
        {
            string begin = $"<!-- {name}: written by SelectionDocumentTests -->\n", end = $"<!-- end of {name} -->";
            int start = page.IndexOf(begin, StringComparison.Ordinal), stop = page.IndexOf(end, StringComparison.Ordinal);
            Assert.True(start >= 0 && stop > start, $"docs/selections.md has no lines {begin.TrimEnd()} and {end}, between which its table is written.");
            page = page[..(start + begin.Length)] + text + page[stop..];
        }

        return page;
    }

    /// <summary>The source of a preset's value; null if the key states none.</summary>
    public static string? Source(SelectionKey key, Selections preset)
    {
        object? stated = key.GetType().GetProperty(preset.Name)?.GetValue(key);
        return (string?)stated?.GetType().GetProperty(nameof(PresetValue<>.Source))!.GetValue(stated);
    }

    private static string Keys()
    {
        StringBuilder text = new("| kink | property | read by | value | Clarke set |\n| --- | --- | --- | --- | --- |\n");
        foreach (SelectionKey key in EngineKeys.All)
        {
            string property = EngineKeys.Properties.Single(property => EngineKeys.Reads(property, key)).Name;
            string rules = string.Join(", ", EngineKeys.RowsThatRead(key).Select(row => row.Facts.Name).Distinct());
            text.Append(CultureInfo.InvariantCulture, $"| {key} | `{property}` | {rules} | {key.Meaning} | {key.ClarkeText} |\n");
        }

        return text.ToString();
    }

    private static string OfPresets()
    {
        List<string> sources = [];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"| kink | {string.Join(" | ", Presets.All.Select(preset => $"`{preset.Name}`"))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(Presets.All.Select(_ => " --- |"))}\n");
        foreach (SelectionKey key in EngineKeys.All)
        {
            IEnumerable<string> values = Presets.All.Select(preset => Text(EngineKeys.Value(preset, key)) + Mark(Source(key, preset)));
            text.Append(CultureInfo.InvariantCulture, $"| {key} | {string.Join(" | ", values)} |\n");
        }

        text.Append("\nSources:\n\n");
        for (int i = 0; i < sources.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i + 1}. {sources[i]}\n");
        return text.ToString();

        string Mark(string? source)
        {
            if (source is null)
                return "";
            if (!sources.Contains(source))
                sources.Add(source);
            return " " + string.Concat((sources.IndexOf(source) + 1).ToString(CultureInfo.InvariantCulture).Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));
        }
    }

    private static string Text(object value) => value switch
    {
        0.5 => "½",
        -0.5 => "−½",
        double number => number.ToString(CultureInfo.InvariantCulture).Replace('-', '−'),
        BoundSelection bounds => $"{Text(bounds.Lower)}, {Text(bounds.Upper)}",
        TieSelection or SideSelection => value.ToString()!,
        _ => throw new NotSupportedException($"Say how a {value.GetType().Name} is written."),
    };
}
