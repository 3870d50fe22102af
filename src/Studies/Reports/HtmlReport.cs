using System.Net;
using System.Text;

namespace ConservativeAD.Studies.Reports;

/// <summary>A self-contained page: text, tables and pictures in one file.</summary>
/// <param name="title">The title.</param>
internal sealed class HtmlReport(string title)
{
    private const string Style = """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
        table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }
        th { border-bottom: 2px solid #888; }
        img { max-width: 100%; }
        pre { background: #f5f5f5; padding: .75rem; overflow-x: auto; }
        .notice { background: #fff3cd; border-left: 4px solid #e0a800; padding: .5rem 1rem; }
        """;

    private readonly StringBuilder body = new();

    public HtmlReport Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    public HtmlReport Paragraph(string text) => Add($"<p>{Escape(text)}</p>");

    public HtmlReport Notice(string text) => Add($"<p class=\"notice\">{Escape(text)}</p>");

    public HtmlReport Preformatted(string text) => Add($"<pre>{Escape(text)}</pre>");

    public HtmlReport Image(byte[] png, string description) =>
        Add($"<p><img alt=\"{Escape(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\"></p>");

    public HtmlReport Table(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows)
    {
        body.Append("<table><thead><tr>");
        foreach (string column in columns)
            body.Append("<th>").Append(Escape(column)).Append("</th>");
        body.Append("</tr></thead><tbody>\n");
        foreach (IEnumerable<string> row in rows)
        {
            body.Append("<tr>");
            foreach (string cell in row)
                body.Append("<td>").Append(Escape(cell)).Append("</td>");
            body.Append("</tr>\n");
        }

        return Add("</tbody></table>");
    }

    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Escape(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <h1>{Escape(title)}</h1>
        {body}</body>
        </html>

        """;

    private HtmlReport Add(string line)
    {
        body.Append(line).Append('\n');
        return this;
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
