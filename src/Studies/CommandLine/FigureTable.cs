using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>One column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="IsNumber">Whether its cells are aligned to the right.</param>
/// <param name="Wraps">Whether its cells are sentences that may wrap; only for the last column.</param>
internal readonly record struct FigureColumn(string Name, bool IsNumber = false, bool Wraps = false);

/// <summary>
/// A table that truncates no number on narrow terminals. If its columns do not fit, they are split into two to four tables, one below the other, and each
/// repeats the columns that identify rows. If that is not enough, every row becomes a block of lines.
/// </summary>
/// <param name="keys">The number of first columns that identify rows.</param>
/// <param name="columns">The columns.</param>
internal sealed class FigureTable(int keys, params FigureColumn[] columns)
{
    private const int Gap = 2;
    private const int MinimumText = 24;
    private const int MaximumParts = 4;

    private readonly List<string[]> rows = [];

    /// <summary>The title above the table.</summary>
    public string? Title { get; init; }

    /// <summary>Whether to show headings above the columns.</summary>
    public bool HasHeadings { get; init; } = true;

    /// <summary>Adds a row with a cell for each column.</summary>
    /// <param name="cells">The cells.</param>
    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Prints the table.</summary>
    /// <param name="console">The console, whose width determines the layout.</param>
    public void Write(IAnsiConsole console)
    {
        foreach (string line in Lines(console.Profile.Width))
            console.WriteLine(line);
    }

    /// <summary>The table as lines.</summary>
    /// <param name="width">The most characters of a line; a single word or cell may be longer.</param>
    public IEnumerable<string> Lines(int width)
    {
        if (Title is not null)
        {
            foreach (string line in Wrapped(Title, width))
                yield return line;
        }

        List<int[]>? parts = Parts(width);
        IEnumerable<string> lines = parts is null ? Blocks(width) : parts.SelectMany((part, i) => i == 0 ? Part(part, width) : Part(part, width).Prepend(""));
        foreach (string line in lines)
            yield return line;
    }

    private int WidthOf(int column) =>
        columns[column].Wraps
        ? Math.Max(MinimumText, columns[column].Name.Length)
        : rows.Select(row => row[column].Length).Append(columns[column].Name.Length).Max();

    private int WidthOf(IEnumerable<int> part) => part.Sum(column => WidthOf(column) + Gap) - Gap;

    // The groups of columns that fit side by side; null if rows must be blocks.
    private List<int[]>? Parts(int width)
    {
        int[] first = [.. Enumerable.Range(0, keys)];
        List<List<int>> parts = [[.. first]];
        for (int column = keys; column < columns.Length; column++)
        {
            if (WidthOf([.. parts[^1], column]) > width && parts[^1].Count > keys)
                parts.Add([.. first]);
            parts[^1].Add(column);
            if (WidthOf(parts[^1]) > width)
                return null;
        }

        return parts.Count <= MaximumParts ? [.. parts.Select(part => part.ToArray())] : null;
    }

    private IEnumerable<string> Part(int[] part, int width)
    {
        int[] widths = [.. part.Select(WidthOf)];
        if (columns[part[^1]].Wraps)
            widths[^1] = width - WidthOf(part) + widths[^1];
        if (HasHeadings)
        {
            yield return Line(part, widths, [.. part.Select(column => columns[column].Name)]);
            int longest = columns[part[^1]].Wraps ? rows.Select(row => row[part[^1]].Length).Append(MinimumText).Max() : widths[^1];
            yield return string.Join(new string(' ', Gap), widths.Select((w, i) => new string('─', i == widths.Length - 1 ? Math.Min(w, longest) : w)));
        }

        foreach (string[] row in rows)
        {
            if (!columns[part[^1]].Wraps)
            {
                yield return Line(part, widths, [.. part.Select(column => row[column])]);
                continue;
            }

            string[] text = [.. Wrapped(row[part[^1]], widths[^1])];
            for (int i = 0; i < Math.Max(1, text.Length); i++)
                yield return Line(part, widths,
                    [.. part.Select((column, at) => at == part.Length - 1 ? text.ElementAtOrDefault(i) ?? "" : i == 0 ? row[column] : "")]);
        }
    }

    private string Line(int[] part, int[] widths, string[] cells) =>
        string.Join(new string(' ', Gap), cells.Select((cell, i) => columns[part[i]].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();

    private IEnumerable<string> Blocks(int width)
    {
        const string Indent = "  ";
        int names = columns.Max(column => column.Name.Length);
        foreach (string[] row in rows)
        {
            for (int column = 0; column < columns.Length; column++)
            {
                if (row[column].Length == 0)
                    continue;
                if (!HasHeadings)
                {
                    string before = column < keys ? "" : Indent;
                    foreach (string line in Wrapped(row[column], width - before.Length))
                        yield return before + line;
                    continue;
                }

                string head = column == 0 ? columns[column].Name.PadRight(names + Indent.Length) : Indent + columns[column].Name.PadRight(names);
                string[] lines = [.. Wrapped(row[column], Math.Max(10, width - names - (2 * Indent.Length)))];
                yield return $"{head}{Indent}{lines[0]}";
                foreach (string line in lines.Skip(1))
                    yield return $"{new string(' ', names + (2 * Indent.Length))}{line}";
            }

            if (HasHeadings)
                yield return "";
        }
    }

    // Breaks a text into lines at spaces; a word longer than a line is split, so that all of it is shown.
    private static IEnumerable<string> Wrapped(string text, int width)
    {
        while (text.Length > width)
        {
            int space = text.LastIndexOf(' ', width);
            int end = space > 0 ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }
}
