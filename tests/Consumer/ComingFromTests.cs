using System.Text.RegularExpressions;

namespace Consumer;

/// <summary>Every line of code in the column "here" of docs/coming-from.md compiles.</summary>
public partial class ComingFromTests
{
    private const string Column = "here";

    private const string Imports = """
        using ConservativeAD;
        using ConservativeAD.Kernels;
        using ConservativeAD.Networks;
        using ConservativeAD.Nonsmooth;
        using ConservativeAD.Optimizers;
        using ConservativeAD.Rules;
        using ConservativeAD.Scalars;


        """;

    // What the page says that its lines start from.
    private const string Before = """
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [1, 2]), y = x.Tanh(), a = x.Exp(), b = x.Square(), loss = x.Sum();
        Var<double> images = tape.Variable([1, 1, 2, 2], [1, 2, 3, 4]), w = tape.Variable([2, 2], [1, 2, 3, 4]), bias = x;
        NDArray<double> v = x.Value;
        Objective f = Objective.OfTensor(t => t.Sum());
        static Active[] g(Active[] t) => [t[0] * t[1]];
        Sequential<double> network = Models.Mlp<double>([2, 8, 1], new Initializer(Device.Default, seed: 1));
        Adam<double> optimizer = new(network.Parameters, new ConstantStepSize(1e-3));
        static void Use(Func<object> line) => _ = line;
        """;

    [Fact]
    public void EveryLineHereCompiles()
    {
        string[] lines = [.. Lines()];
        Assert.True(lines.Length > 40, $"{lines.Length} lines were found.");
        string program = string.Concat(lines.Select(line => line.EndsWith(';') ? $"{{ {line} }}\n" : $"Use(() => {line});\n"));
        SnippetTests.Compiled("coming-from.md", Imports + program, Before);
    }

    private static IEnumerable<string> Lines()
    {
        int place = -1;
        foreach (string row in File.ReadLines(Path.Combine(SnippetTests.Pages, "coming-from.md")))
        {
            string[] cells = row.StartsWith('|') ? [.. row.Split('|').Select(cell => cell.Trim())] : [];
            if (cells.Contains(Column))
                place = Array.IndexOf(cells, Column);
            else if (cells.Length > place && place > 0)
            {
                foreach (Match code in Code().Matches(cells[place]))
                    yield return code.Groups[1].Value;
            }
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
