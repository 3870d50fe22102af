using System.Globalization;
using System.Numerics;
using System.Text;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;
using ConservativeAD.Tests.OperationTable;
using TorchSharp;
using static TorchSharp.torch;

namespace ConservativeAD.LibTorch.Tests;

/// <summary>
/// The operations of the table that libtorch has too, beside libtorch's: values and gradients, in double, float and half precision, at ordinary and at
/// special points. Where the two disagree, an explanation is needed, and an explanation without a disagreement is an error too.
/// </summary>
public class OperationComparisonTests
{
    private static readonly double[] Special =
        [
            0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2, -2, 3, -3, 6, 20, -20, 100, -100, 1e-5, -1e-5, 1e4, -1e4, double.PositiveInfinity, double.NegativeInfinity,
            double.NaN,
        ];

    // libtorch computes half precision in half at some places.
    private static readonly Dictionary<string, double> Tolerances = new() { ["double"] = 1e-9, ["float"] = 2e-5, ["Half"] = 2e-2 };

    public static TheoryData<string> Names => [.. Rows.Where(row => TorchPrograms.All.ContainsKey(row.Name)).Select(row => row.Name)];

    private static IEnumerable<OperationCase> Rows => Table.All.Concat(LossPrograms.All);

    [Fact]
    public void EveryRowIsComparedOrSaidNotToBe()
    {
        string[] names = [.. Rows.Select(row => row.Name)];
        Assert.Empty(names.Except(TorchPrograms.All.Keys).Except(TorchPrograms.Without.Keys));
        Assert.Empty(TorchPrograms.All.Keys.Concat(TorchPrograms.Without.Keys).Except(names));
        Assert.Empty(TorchPrograms.All.Keys.Intersect(TorchPrograms.Without.Keys));
        Assert.Empty(Explanations.All.Keys.Except(names));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ValuesAndGradientsAgreeOrTheDisagreementIsExplained(string name)
    {
        LibTorch.SkipUnlessLoaded();
        Comparison found = Compare(Rows.Single(row => row.Name == name));
        Assert.True(found.Count > 0);
        if (!Explanations.All.ContainsKey(name))
            Assert.True(found.Disagreements.Count == 0, Text(found));
        else
            Assert.True(found.Disagreements.Count > 0, $"{name} agrees everywhere; its explanation is out of date.");
    }

    /// <summary>docs/beside-pytorch.md lists the numbers; with CONSERVATIVEAD_WRITE_DOCS=1 in the environment it is rewritten.</summary>
    [Fact]
    public void ThePageOfComparisonsIsUpToDate()
    {
        LibTorch.SkipUnlessLoaded();
        StringBuilder page = new("# Beside PyTorch\n\n<!-- Written by OperationComparisonTests. -->\n\n");
        List<Comparison> all = [.. Rows.Where(row => TorchPrograms.All.ContainsKey(row.Name)).Select(Compare)];
        page.Append(
            CultureInfo.InvariantCulture,
            $"Operations of the table, and losses composed of them, beside libtorch 2.10 on its CPU: {all.Count} programs, ");
        page.Append(CultureInfo.InvariantCulture, $"{all.Sum(one => one.Count)} numbers (values and gradients; double, float and half ");
        page.Append("precision; ordinary points and, for elementwise operations, ");
        page.Append(CultureInfo.InvariantCulture, $"{Special.Length} special ones or all pairs of them). ");
        page.Append(CultureInfo.InvariantCulture, $"{all.Sum(one => one.Disagreements.Count)} numbers disagree, all for the reasons below. ");
        page.Append("Numbers of half precision count as equal within 2 %, of float within 2·10⁻⁵, of double within 10⁻⁹; ");
        page.Append("what libtorch refuses in half precision is not counted.\n\n");
        page.Append("Convolutions are compared in double alone: in single precision libtorch's gradients were NaN or unlike its own in double on a processor ");
        page.Append("that it knows only in part.\n\n");
        page.Append("The choices at kinks are in [selections](selections.md).\n\n| program | numbers | disagree | why |\n| --- | --- | --- | --- |\n");
        foreach (Comparison one in all.Where(one => one.Disagreements.Count > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {one.Name} | {one.Count} | {one.Disagreements.Count} ");
            page.Append(CultureInfo.InvariantCulture, $"| {Explanations.All.GetValueOrDefault(one.Name, "")} |\n");
        }

        page.Append("\nNot compared: ");
        page.AppendJoin("; ", TorchPrograms.Without.Select(pair => $"{pair.Key} ({pair.Value})")).Append(".\n");
        string path = Path.Combine(ConservativeAD.Tests.Repository.Root, "docs", "beside-pytorch.md");
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_WRITE_DOCS") == "1")
            File.WriteAllText(path, page.ToString());
        else
            Assert.True(File.Exists(path), "docs/beside-pytorch.md is missing; run this test with CONSERVATIVEAD_WRITE_DOCS=1 in the environment to write it.");
    }

    private static Comparison Compare(OperationCase row)
    {
        Comparison found = new(row.Name, [], 0);
        foreach ((double[][] values, Shape[] shapes, bool isSpecial) in Samples(row))
        {
            found = Add(found, InPrecision<double>(row, values, shapes, isSpecial, ScalarType.Float64, "double"));

            // On some processors libtorch's gradients of convolutions in single precision are not those of its own double precision, or NaN.
            if (row.Name.Contains("conv", StringComparison.Ordinal))
                continue;
            found = Add(found, InPrecision<float>(row, values, shapes, isSpecial, ScalarType.Float32, "float"));
            found = Add(found, InPrecision<Half>(row, values, shapes, isSpecial, ScalarType.Float16, "Half"));
        }

        return found;

        static Comparison Add(Comparison one, Comparison other) => new(one.Name, [.. one.Disagreements, .. other.Disagreements], one.Count + other.Count);
    }

    private static IEnumerable<(double[][] Values, Shape[] Shapes, bool IsSpecial)> Samples(OperationCase row)
    {
        for (ulong seed = 1; seed <= 2; seed++)
            yield return (row.Values(row.Ordinary[0], seed), row.Ordinary[0], false);
        string[] kinds = [.. row.Rule.GetInterfaces().Select(kind => kind.Name.Split('`')[0])];
        if (!Table.All.Contains(row))
            yield break;
        if (kinds.Contains("IUnaryRule"))
            yield return ([Special], [[Special.Length]], true);
        if (kinds.Contains("IBinaryRule"))
        {
            double[] first = [.. Special.SelectMany(a => Special.Select(_ => a))], second = [.. Special.SelectMany(_ => Special)];
            yield return ([first, second], [[first.Length], [first.Length]], true);
        }
    }

    private static Comparison InPrecision<T>(OperationCase row, double[][] values, Shape[] shapes, bool isSpecial, ScalarType type, string precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> tape = new(null, Selections.PyTorch);
        Var<T>[] ours = [.. values.Zip(shapes, (part, shape) => tape.Variable(shape, Array.ConvertAll(part, T.CreateTruncating)))];
        Var<T> output = row.Apply(ours);
        double[] weights = [.. Enumerable.Range(0, output.Shape.Count).Select(i => 0.5 + (0.25 * (i % 4)))];
        Gradients<T> gradients = tape.Backward(output, tape.Constant(output.Shape, Array.ConvertAll(weights, T.CreateTruncating)).Value);
        List<double[]> mine = [Plain(output.ToArray()), .. ours.Select(x => Plain(gradients[x].ToArray()))];

        List<double[]> theirs;
        using (DisposeScope scope = NewDisposeScope())
        {
            try
            {
                Tensor[] x = [.. values.Zip(shapes, (part, shape) =>
                    tensor(part).to(type).reshape(Array.ConvertAll(shape.ToArray(), extent => (long)extent)).detach().requires_grad_(true))];
                Tensor value = TorchPrograms.All[row.Name](x);
                value.backward([tensor(weights).to(value.dtype).reshape(value.shape)]);
                theirs = [Numbers(value), .. x.Select(part => part.grad is { } gradient ? Numbers(gradient) : new double[part.numel()])];
            }
            catch (System.Runtime.InteropServices.ExternalException) when (type == ScalarType.Float16)
            {
                return new(row.Name, [], 0);
            }
        }

        List<Disagreement> disagreements = [];
        int count = 0;
        for (int part = 0; part < mine.Count; part++)
        {
            Assert.Equal(theirs[part].Length, mine[part].Length);
            double scale = mine[part].Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (int i = 0; i < mine[part].Length; i++)
            {
                count++;
                double a = mine[part][i], b = theirs[part][i], size = isSpecial ? Math.Max(1, Math.Abs(b)) : scale + Math.Abs(b);
                if (!(a.Equals(b) || Math.Abs(a - b) <= Tolerances[precision] * size))
                {
                    string at = isSpecial ? string.Join(", ", values.Select(input => input[i].ToString("g4", CultureInfo.InvariantCulture))) : $"element {i}";
                    string what = part == 0 ? "value" : $"gradient {part}";
                    disagreements.Add(new(
                        $"{what} {KindOf(a)} against {KindOf(b)}",
                        string.Create(CultureInfo.InvariantCulture, $"{precision} {what} at ({at}): {a:g6}, libtorch {b:g6}")));
                }
            }
        }

        return new(row.Name, disagreements, count);
    }

    private static double[] Plain<T>(T[] numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(numbers, double.CreateTruncating);

    private static double[] Numbers(Tensor x) => x.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();

    // One example of each kind of disagreement.
    private static string Text(Comparison found) => $"{found.Name}: {found.Disagreements.Count} of {found.Count}\n"
        + string.Join("\n", found.Disagreements.GroupBy(one => one.Kind).Select(kind => $"{kind.Count()} times {kind.Key}, first {kind.First().Text}"));

    private static string KindOf(double number) => double.IsFinite(number) ? number == 0 ? "0" : "a number" : number.ToString(CultureInfo.InvariantCulture);

    private sealed record Disagreement(string Kind, string Text);

    private sealed record Comparison(string Name, IReadOnlyList<Disagreement> Disagreements, int Count);
}
