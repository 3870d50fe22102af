using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>A row's program recorded once for many examples does what it does recorded for each.</summary>
public class VectorisationTests
{
    // Rules without a form for many examples, and rules that have one where all examples share their parameters.
    private static readonly string[] Looping = ["lstm", "gru", "ctc loss", "dropout", "normalize"], Sharing = ["conv2d", "transposed conv2d", "normalize",
        "attention weights"];

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void ManyExamplesAtOnceAgreeWithOneAfterTheOther(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][][] examples = [row.Values(shapes, 21), row.Values(shapes, 22), row.Values(shapes, 23)];
            foreach (bool[] varies in Variations(shapes.Length))
                Compare(row, shapes, examples, varies);
            Compare(row, shapes, examples[..1], Variations(shapes.Length)[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void AtKinksToo(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks)
            Compare(row, point.Shapes, [point.Values, row.Values(point.Shapes, 31), point.Values], Variations(point.Shapes.Length)[0]);
    }

    // All inputs vary with the example, or one of several does.
    private static bool[][] Variations(int inputs) =>
    [
        [.. Enumerable.Repeat(true, inputs)],
        .. Enumerable.Range(0, inputs < 2 ? 0 : inputs).Select(only => Enumerable.Range(0, inputs).Select(i => i == only).ToArray()),
    ];

    private static void Compare(OperationCase row, Shape[] shapes, double[][][] examples, bool[] varies)
    {
        using Tape<double> together = new(), apart = new();
        (Var<double> y, Var<double>[] leaves, VectorisationReport report) = Record(row, together, shapes, examples, varies, true);
        (Var<double> expected, Var<double>[] others, _) = Record(row, apart, shapes, examples, varies, false);
        string where = $"{row.Name}, {string.Join<Shape>(", ", shapes)}, varying {string.Join(" ", varies)}";
        bool mayLoop = Looping.Contains(row.Facts.Name) || (varies.AsSpan(1).Contains(true) && Sharing.Contains(row.Facts.Name));
        Assert.True(report.IsVectorised || (mayLoop && report.PreventedBy == $"{row.Facts.Name} has no form for many examples"), $"{where}: {report}");
        Same(expected.ToArray(), y.ToArray(), where);
        double[][] gradients = Evaluation.Gradients(apart, expected, others, i => 1 + (i % 7));
        double[][] found = Evaluation.Gradients(together, y, leaves, i => 1 + (i % 7));
        for (int leaf = 0; leaf < leaves.Length; leaf++)
            Same(gradients[leaf], found[leaf], $"{where}, gradient of leaf {leaf}");
        if (Array.TrueForAll(varies, of => of))
            Assert.Equal(apart.CountKinks(), together.CountKinks());
        Var<double> scalar = (y * y).Sum() * 0.5, other = (expected * expected).Sum() * 0.5;
        ClarkeGradient<double> clarke = together.ClarkeGradient(scalar), otherClarke = apart.ClarkeGradient(other);
        Assert.True(clarke.Certificate.IsCertified == otherClarke.Certificate.IsCertified,
            $"{where}: {clarke.Certificate} and {otherClarke.Certificate}");
        for (int leaf = 0; leaf < leaves.Length; leaf++)
            Same(otherClarke.Gradients[others[leaf]].ToArray(), clarke.Gradients[leaves[leaf]].ToArray(), $"{where}, Clarke gradient of leaf {leaf}");
        SecondOrderAgrees(together, scalar, leaves, apart, other, others, where);
    }

    private static void SecondOrderAgrees(Tape<double> together, Var<double> scalar, Var<double>[] leaves, Tape<double> apart, Var<double> other,
        Var<double>[] others, string where)
    {
        for (int leaf = 0; leaf < leaves.Length; leaf++)
        {
            double[] direction = Evaluation.Random(leaves[leaf].Shape.Count, 41, (ulong)leaf);
            together.SetTangent(leaves[leaf], direction);
            apart.SetTangent(others[leaf], direction);
        }

        HessianVectorProduct<double> expected;
        try
        {
            expected = apart.HessianVectorProduct(other);
        }
        catch (NotSupportedException)
        {
            return;
        }

        HessianVectorProduct<double> found = together.HessianVectorProduct(scalar);
        for (int leaf = 0; leaf < leaves.Length; leaf++)
            Same(expected.Product[others[leaf]].ToArray(), found.Product[leaves[leaf]].ToArray(), $"{where}, product of leaf {leaf}");
    }

    private static (Var<double> Y, Var<double>[] Leaves, VectorisationReport Report) Record(
        OperationCase row, Tape<double> tape, Shape[] shapes, double[][][] examples, bool[] varies, bool together)
    {
        int width = Enumerable.Range(0, shapes.Length).Where(i => varies[i]).Sum(i => shapes[i].Count);
        double[] elements = [.. examples.SelectMany(example => Enumerable.Range(0, shapes.Length).Where(i => varies[i]).SelectMany(i => example[i]))];
        Var<double> x = tape.Variable([examples.Length, width], elements);
        List<Var<double>> leaves = [x];
        Var<double>[] shared = new Var<double>[shapes.Length];
        for (int i = 0; i < shapes.Length; i++)
        {
            if (varies[i])
                continue;
            shared[i] = tape.Variable(shapes[i], examples[0][i]);
            leaves.Add(shared[i]);
        }

        VectorisationReport report = new("not asked");
        Var<double> y = together ? x.Map(Program, out report)
            : Operations.Stack(0, [.. Enumerable.Range(0, examples.Length).Select(i => Program(x.Select(0, i)))]);
        return (y, [.. leaves], report);

        Var<double> Program(Var<double> example)
        {
            Var<double>[] inputs = new Var<double>[shapes.Length];
            for (int i = 0, start = 0; i < inputs.Length; i++)
            {
                inputs[i] = shared[i];
                if (!varies[i])
                    continue;
                inputs[i] = example.Slice(0, start, shapes[i].Count).Reshape(shapes[i].ToArray());
                start += shapes[i].Count;
            }

            return row.Apply(inputs);
        }
    }

    private static void Same(double[] expected, double[] found, string where)
    {
        Assert.Equal(expected.Length, found.Length);
        double largest = expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < expected.Length; i++)
        {
            bool isNear = expected[i].Equals(found[i]) || Math.Abs(expected[i] - found[i]) <= 1e-11 * (1 + largest);
            Assert.True(isNear, $"{where}: element {i} is {expected[i]:R} and {found[i]:R}");
        }
    }
}
