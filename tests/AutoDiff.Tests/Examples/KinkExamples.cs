using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

#pragma warning disable xUnit1051 // The examples stand in the docs, where no test gives a cancellation token.
namespace ConservativeAD.Tests.Examples;

/// <summary>The examples of docs/kinks.md, unchanged.</summary>
public class KinkExamples
{
    [Fact]
    public void AnElement()
    {
        // [element]
        Objective identity = Objective.OfTensor(t => (t.Relu() - (-t).Relu()).Sum());

        double[] backprop = identity.Gradient([0]).Gradient;        // 0, whatever the true answer
        ClarkeElement clarke = Clarke.Gradient(identity, [0]);      // 1, the derivative
        Console.WriteLine(clarke.Certificate);                      // a Clarke subgradient, locked at relu (node 1): 1 of 1; relu (node 3): 1 of 1
        // [/element]
        Assert.Equal([0.0], backprop);
        Assert.Equal([1.0], clarke.Gradient);
        Assert.Equal("a Clarke subgradient, locked at relu (node 1): 1 of 1; relu (node 3): 1 of 1", clarke.Certificate.ToString());
    }

    [Fact]
    public void ANetwork()
    {
        float[] data = [0, 0];

        // [network]
        using var tape = new Tape<float>();
        Var<float> w = tape.Variable([2], data);
        Var<float> loss = (w.Relu() + w.Abs()).Sum();
        ClarkeGradient<float> result = tape.ClarkeGradient(loss, seed: 1);
        float[] gradient = result.Gradients[w].ToArray();           // each element −1 or 2
        // [/network]
        Assert.All(gradient, element => Assert.True(element is -1 or 2));
    }

    [Fact]
    public void PlainCode()
    {
        // [plain]
        static T Largest<T>(T[] x)
            where T : INumber<T>
        {
            T best = x[0];
            foreach (T value in x)
            {
                if (value > best)
                    best = value;
            }

            return best;
        }

        Objective largest = Objective.OfScalars(x => Largest(x));
        ClarkeSubdifferential set = Clarke.Subdifferential(largest, [2, 2, 1]);
        Console.WriteLine(set);                                     // hull{(0, 1, 0), (1, 0, 0)}
        // [/plain]
        Assert.Equal(2, set.Generators.Count);
        Assert.True(set.Contains([0.5, 0.5, 0]));
    }

    [Fact]
    public void TheSet()
    {
        // [set]
        Objective saddle = Objective.OfScalars(x => Active.Abs(x[0]) - Active.Abs(x[1]));
        ClarkeSubdifferential set = Clarke.Subdifferential(saddle, [0, 0]);

        bool? isStationary = set.IsStationary();                    // true: 0 is in [−1, 1]²
        bool? isRegular = set.FrechetContains([0, 0]);              // false: no local minimum
        bool? isLimiting = set.LimitingContains([0.3, 1]);          // true
        bool isExact = set.IsExact;                                 // true: every cell was visited
        // [/set]
        Assert.Equal([true, false, true, true], (bool?[])[isStationary, isRegular, isLimiting, isExact]);
    }

    [Fact]
    public void TheCheck()
    {
        // [check]
        ConservativityReport report = Conservativity.Check(
            Objective.OfTensor(v => v.Max()),
            Box.Cube(3),
            new ConservativityOptions { Selections = Selections.PyTorch with { ExtremeOverAxis = TieSelection.Mixture(5) } });
        Console.WriteLine(report);                                  // conservative along 30 paths, 12 of them inside kinks
        // [/check]
        Assert.Equal("conservative along 30 paths, 12 of them inside kinks", report.ToString());
    }

    [Fact]
    public void ThePageShowsWhatIsTested()
    {
        string page = Path.Combine(Repository.Root, "docs", "kinks.md");
        string example = Path.Combine(Repository.Root, "tests", "AutoDiff.Tests", "Examples", "KinkExamples.cs");
        string text = File.ReadAllText(page), source = File.ReadAllText(example);
        foreach (string name in (string[])["element", "network", "plain", "set", "check"])
        {
            string shown = source.Split($"// [{name}]\n")[1].Split($"// [/{name}]")[0];
            string indented = string.Join('\n', shown.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line))
                .Trim();
            Assert.Contains(indented, text, StringComparison.Ordinal);
        }
    }
}
