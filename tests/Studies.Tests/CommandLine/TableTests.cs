using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>Tables at every width: no number is lost, and no line is longer than the terminal.</summary>
public class TableTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(120)]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(20)]
    public void EveryCellIsShown(int width)
    {
        FigureTable table = new(2, new FigureColumn("key"), new FigureColumn("second", IsNumber: true),
            new FigureColumn("a rather long heading", IsNumber: true), new FigureColumn("figure", IsNumber: true),
                new FigureColumn("more figures", IsNumber: true), new FigureColumn("reading", Wraps: true));
        string[][] rows = [["first", "12", "0.123456789", "1.5e-7", "12345678", "a sentence of several words that goes on and on until it has to be broken"],
            ["second", "3", "–", "> 1e9", "0", ""]];
        foreach (string[] row in rows)
            table.Add(row);
        string[] lines = [.. table.Lines(width)];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width > 20 ? width : 40));
        string words = string.Join(' ', lines), letters = words.Replace(" ", "", StringComparison.Ordinal);
        Assert.All(rows.SelectMany(row => row[..5]),
            cell => Assert.Contains(cell.Replace(" ", "", StringComparison.Ordinal), letters, StringComparison.Ordinal));
        Assert.All(rows[0][5].Split(' '), word => Assert.Contains(word, letters, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(160)]
    [InlineData(120)]
    [InlineData(80)]
    [InlineData(40)]
    public void TheCommandsShowEveryFigureAtEveryWidth(int width)
    {
        using TemporaryFolder folder = new();
        string[] wide = Figures("volume", 400), shown = Figures("volume", width);
        Assert.Equal(wide, shown);
        Assert.Equal(Figures("inspect", 400), Figures("inspect", width));

        // Every number of every cell, in the order of the words, for any layout.
        string[] Figures(string command, int columns)
        {
            string[] arguments = command == "volume"
                ? ["volume", "--depths", "1,2", "--widths", "16", "--batch", "32", "--precisions", "16", "--networks", "9", "--samples", "64", "--data", "",
                    "--threads", "1", "--resume", "--out", folder["out"]]
                : ["inspect"];
            Ran ran = Ran.AtWidth(columns, arguments);
            Assert.True(ran.ExitCode == ExitCode.Success, ran.Error);
            string[] lines = ran.Output.Split('\n');
            Assert.All(lines.Where(line => !line.Contains(folder.Path, StringComparison.Ordinal)),
                line => Assert.InRange(line.TrimEnd('\r').Length, 0, columns));
            // Without the end, which has the duration and the folder's name, which may wrap.
            string text = string.Join('\n', lines.TakeWhile(line => !line.Contains(" s. Results", StringComparison.Ordinal)));
            return [.. System.Text.RegularExpressions.Regex.Matches(text, @"[<>]? ?[−\-]?\d[\d.e\-+]*").Select(match => match.Value.Trim()).Distinct()
                .Order(StringComparer.Ordinal)];
        }
    }
}
