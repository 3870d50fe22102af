using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ConservativeAD.Studies.Reports;

/// <summary>A self-contained page in the design of all studies: text, tables and charts in one file that asks for nothing else.</summary>
/// <param name="title">The title.</param>
internal sealed class HtmlReport(string title)
{
    private const int ShortText = 26;
    private const int LongText = 60;

    private readonly StringBuilder body = new();
    private readonly List<Chart> row = [];

    /// <summary>A sentence under the title that says what the report is about.</summary>
    public HtmlReport Lead(string text) => Add($"<p class=\"lead\">{Escape(text)}</p>");

    public HtmlReport Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    /// <summary>A heading that links lead to.</summary>
    /// <param name="text">The heading.</param>
    /// <param name="anchor">Its name in links.</param>
    public HtmlReport Heading(string text, string anchor) => Add($"<h2 id=\"{Escape(anchor)}\">{Escape(text)}</h2>");

    public HtmlReport Subheading(string text) => Add($"<h3>{Escape(text)}</h3>");

    /// <summary>Links to headings.</summary>
    /// <param name="entries">The names of the headings in links, and the words of the links.</param>
    public HtmlReport Contents(IEnumerable<(string Anchor, string Text)> entries)
    {
        Flush();
        body.Append("<nav><ol>\n");
        foreach ((string anchor, string text) in entries)
            body.Append("<li><a href=\"#").Append(Escape(anchor)).Append("\">").Append(Escape(text)).Append("</a></li>\n");
        return Add("</ol></nav>");
    }

    /// <summary>A formula or program in letters of one width, which scrolls in its own box.</summary>
    public HtmlReport Preformatted(string text) => Add($"<pre tabindex=\"0\">{Escape(text)}</pre>");

    public HtmlReport Paragraph(string text) => Add($"<p>{Escape(text)}</p>");

    /// <summary>A paragraph that a reader must not miss.</summary>
    public HtmlReport Notice(string text) => Add($"<p class=\"notice\">{Escape(text)}</p>");

    /// <summary>The notice of data that are a stand-in, if they are.</summary>
    /// <param name="data">The description of the images.</param>
    /// <param name="isStandIn">Whether the program drew them.</param>
    public HtmlReport NoticeOfData(string data, bool isStandIn) => isStandIn ? Notice(DataNotice.Of(data)) : this;

    /// <summary>The notice that units are missing; none if they are all there.</summary>
    /// <param name="results">The results.</param>
    /// <param name="stopped">What a study that was stopped says.</param>
    public HtmlReport NoticeOfUnits(IUnitResults results, string stopped) => results switch
    {
        { Complete: true } => this,
        { Shard: { } shard } => Notice($"This is shard {shard} of the study: what follows counts its units alone. conservative-ad merge joins all shards."),
        _ => Notice(stopped),
    };

    /// <summary>Charts; those that follow each other stand side by side where there is room.</summary>
    public HtmlReport Charts(params IEnumerable<Chart> charts)
    {
        row.AddRange(charts);
        return this;
    }

    /// <summary>A table, which scrolls in its own box where it is wider than the page. Columns of numbers are aligned to the right.</summary>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">Their cells.</param>
    /// <param name="caption">What it shows; null for none.</param>
    public HtmlReport Table(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows, string? caption = null)
    {
        string[] names = [.. columns];
        string[][] cells = [.. rows.Select(row => row.ToArray())];
        string[] classes = [.. names.Select((_, i) => ClassOf([.. cells.Select(row => row[i])]))];
        string Cell(string kind, int i, string text) => $"<{kind} class=\"{classes[i]}\">{Escape(text)}</{kind}>";
        Open(caption ?? "Table", "");
        if (caption is not null)
            body.Append("<caption>").Append(Escape(caption)).Append("</caption>");
        body.Append("<thead><tr>").AppendJoin("", names.Select((name, i) => Cell("th", i, name))).Append("</tr></thead><tbody>\n");
        foreach (string[] line in cells)
            body.Append("<tr>").AppendJoin("", line.Select((cell, i) => Cell("td", i, cell))).Append("</tr>\n");
        return Add("</tbody></table></div>");
    }

    /// <summary>The settings, the machine, the program's version and the time, at the end.</summary>
    /// <param name="settings">The settings with the seeds, as they are written to results.json.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="seconds">The duration; null if it is not measured.</param>
    /// <param name="time">What the duration is that of.</param>
    public HtmlReport Run<TSettings>(TSettings settings, MachineFacts machine, double? seconds = null, string time = "duration")
    {
        Heading("Settings").Facts("Settings", FactsOf(ResultsJson.WriteLine(settings)));
        List<(string, string)> facts = [.. FactsOf(ResultsJson.WriteLine(machine))];
        if (seconds is { } duration)
            facts.Add((time, string.Create(CultureInfo.InvariantCulture, $"{duration:0.0} s")));
        facts.Add(("written", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)));
        return Heading("Machine and versions").Facts("Machine and versions", facts);
    }

    public override string ToString()
    {
        Flush();
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            <title>{Escape(title)}</title>
            <style>
            {ReportStyle.Sheet}
            </style>
            </head>
            <body>
            <main>
            <h1>{Escape(title)}</h1>
            {body}<footer>Written by conservative-ad. Values show under the pointer; the same numbers stand in the CSV files and in results.json.</footer>
            </main>
            </body>
            </html>

            """;
    }

    private HtmlReport Facts(string name, IEnumerable<(string Name, string Value)> facts)
    {
        Open(name, " class=\"facts\"");
        body.Append("<tbody>\n");
        foreach ((string fact, string value) in facts)
            body.Append("<tr><td>").Append(Escape(fact)).Append("</td><td>").Append(Escape(value)).Append("</td></tr>\n");
        return Add("</tbody></table></div>");
    }

    // A box that scrolls takes the keyboard's focus.
    private void Open(string name, string attributes)
    {
        Flush();
        body.Append(CultureInfo.InvariantCulture, $"<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{Escape(name)}\"><table{attributes}>");
    }

    private HtmlReport Add(string line)
    {
        Flush();
        body.Append(line).Append('\n');
        return this;
    }

    private void Flush()
    {
        if (row.Count == 0)
            return;
        body.Append("<div class=\"charts\">\n").AppendJoin("", row.Select(SvgChart.Figure)).Append("</div>\n");
        row.Clear();
    }

    private static IEnumerable<(string Name, string Value)> FactsOf(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. FactsOf(document.RootElement, "")];
    }

    // A setting with settings of its own is told one by one, unless it has a name.
    private static IEnumerable<(string Name, string Value)> FactsOf(JsonElement settings, string before)
    {
        foreach (JsonProperty property in settings.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && !property.Value.TryGetProperty("name", out _))
            {
                foreach ((string Name, string Value) fact in FactsOf(property.Value, $"{before}{Words(property.Name)} "))
                    yield return fact;
                continue;
            }

            string value = property.Value.ValueKind switch
            {
                JsonValueKind.Null => "–",
                JsonValueKind.True => "yes",
                JsonValueKind.False => "no",
                JsonValueKind.Array => string.Join(", ", property.Value.EnumerateArray().Select(item => item.ToString())),
                JsonValueKind.Object when property.Value.TryGetProperty("name", out JsonElement name) => name.ToString(),
                _ => property.Value.ToString(),
            };
            yield return (before + Words(property.Name), value);
        }
    }

    // Numbers and short words do not wrap; sentences get room.
    private static string ClassOf(string[] cells) => cells.Length > 0 && Array.TrueForAll(cells, IsNumber)
        ? "n"
        : cells.Select(cell => cell.Length).DefaultIfEmpty(0).Max() switch { <= ShortText => "s", <= LongText => "t", _ => "w" };

    // reluAtZero as relu at zero.
    private static string Words(string name) => string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static bool IsNumber(string cell) => cell.Length == 0 || cell is "–" or "?" || char.IsAsciiDigit(cell[0])
        || (cell.Length > 1 && cell[0] is '−' or '-' or '<' or '>' or '±' && cell.AsSpan(1).IndexOfAnyInRange('0', '9') is 0 or 1);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
