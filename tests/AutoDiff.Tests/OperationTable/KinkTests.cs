using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The behaviour at kinks, for every row of the table that has them.</summary>
public class KinkTests
{
    // Properties without an explicit expectation, at every kink.
    private static readonly Selections Contrary = EngineKeys.All.Aggregate(Selections.PyTorch, EngineKeys.Contrary);

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void EveryChoiceMultipliesTheIncomingGradient(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks)
        {
            foreach (Expectation expectation in point.Expectations)
            {
                // Selected for the tape, and for one reverse pass over a tape with other selections.
                double[][] chosen = Evaluation.Pull(expectation.Program
                    ?? row.Apply, point.Shapes, point.Values, Cotangent, null, expectation.Selections).Gradients;
                AssertGradient(expectation.Gradient, chosen, $"{name}, {expectation.Choice}");
                using Tape<double> tape = new(null, Contrary);
                Var<double> y = Evaluation.Record(tape, expectation.Program ?? row.Apply, point.Shapes, point.Values, out Var<double>[] leaves);
                NDArray<double> seed = tape.Device.Array<double>(y.Shape, [.. Enumerable.Range(0, y.Shape.Count).Select(Cotangent)]);
                Gradients<double> gradients = tape.Backward(y, seed, expectation.Selections);
                AssertGradient(expectation.Gradient, Array.ConvertAll(leaves, leaf => gradients[leaf].ToArray()),
                    $"{name}, {expectation.Choice}, for one pass");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void TheTangentIsTheOneSidedDerivative(string name)
    {
        OperationCase row = Table.Find(name);
        Assert.SkipUnless(row.HasOneSidedDerivatives, $"{name} jumps or is infinitely steep: it has no one-sided derivative there.");
        foreach (KinkPoint point in row.Kinks)
        {
            for (ulong seed = 0; seed < 8; seed++)
            {
                double[][] directions = [.. point.Shapes.Select((shape, input) => Evaluation.Random(shape.Count, seed, 40 + (ulong)input))];
                AssertOneSided(row, point, directions);
                AssertOneSided(row, point, [.. directions.Select(direction => Array.ConvertAll(direction, d => -d))]);
            }

            for (int input = 0; input < point.Shapes.Length; input++)
            {
                for (int element = 0; element < point.Shapes[input].Count; element++)
                {
                    double[][] axis = [.. point.Shapes.Select(shape => new double[shape.Count])];
                    axis[input][element] = 1;
                    AssertOneSided(row, point, axis);
                    axis[input][element] = -1;
                    AssertOneSided(row, point, axis);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.NamesWithStrata), MemberType = typeof(Table))]
    public void EverySelectionIsConservativeAlongTheKinks(string name)
    {
        // Inside the stratum the function is smooth: along it, ⟨selected gradient, direction⟩ must be the derivative for any selection (Bolte & Pauwels
        // 2021).
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks)
        {
            foreach (double[][] direction in point.Stratum)
            {
                double[] tangent = Evaluation.Push(row.Apply, point.Shapes, point.Values, direction);
                double expected = tangent.Select((value, i) => Cotangent(i) * value).Sum();
                foreach (Expectation expectation in point.Expectations)
                {
                    double[][] gradients = Evaluation.Pull(expectation.Program
                        ?? row.Apply, point.Shapes, point.Values, Cotangent, null, expectation.Selections).Gradients;
                    Evaluation.AssertClose(expected, gradients.Zip(direction, Evaluation.Dot).Sum(), 1e-12, $"{name}, {expectation.Choice}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void TheCensusNamesTheElementsAtKinks(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks)
        {
            using Tape<double> tape = new();
            Evaluation.Record(tape, row.Apply, point.Shapes, point.Values, out _);
            KinkCensus census = tape.Census();
            Assert.Equal(point.Positions, census.Operations.SelectMany(operation => operation.Positions));
            Assert.Equal(point.Positions.Length, census.Count);
            Assert.Equal(point.Positions.Length, tape.CountKinks());
            IReadOnlyList<OperationKinks> sites = tape.KinkSites();
            Assert.Equal(point.Positions, sites.SelectMany(site => site.Positions));
            Assert.All(sites, site => Assert.InRange(site.Count, 0, site.Shape.Count));
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void TheCensusIsEmptyAtOrdinaryPoints(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            using Tape<double> tape = new();
            Evaluation.Record(tape, row.Apply, shapes, row.Values(shapes, 7), out _);
            Assert.True(tape.Census().IsEmpty, $"{name}: {tape.Census()}");
            Assert.Equal(0, tape.CountKinks());
            Assert.All(tape.KinkSites(), site =>
                Assert.True(site is { Count: 0, Positions: [] } && !(site.Operation.IsSmooth && site.Operation.IsLocallyLipschitz)));
        }
    }

    [Fact]
    public void KinkSitesAreThoseOfOperationsThatAVariablePassesThrough()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0, 3.0]), constant = tape.Constant([2], [0, 3.0]);
        _ = (x.Relu() + constant.Abs()).Exp();
        OperationKinks site = Assert.Single(tape.KinkSites());
        Assert.Equal(("relu", 1, 2), (site.Operation.Name, site.Count, site.Shape.Count));
        Assert.Equal(2, tape.Census().Operations.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.KinkSites(-1));
    }

    [Fact]
    public void ThreeTimesReluAtZeroWithOneHalfIsOneAndAHalf()
    {
        using Tape<double> tape = new(null, Selections.PyTorch with { ReluAtZero = 0.5 });
        Var<double> x = tape.Variable([1], [0.0]);
        Assert.Equal([1.5], tape.Backward((3.0 * x.Relu()).Sum())[x].ToArray());
    }

    private static double Cotangent(int output) => KinkPoint.Cotangent + output;

    private static void AssertOneSided(OperationCase row, KinkPoint point, double[][] directions)
    {
        double[] start = Evaluation.Value(row, point.Shapes, point.Values);
        double[] tangent = Evaluation.Push(row.Apply, point.Shapes, point.Values, directions);
        double[] Quotient(double step) =>
            [.. Evaluation.Value(row, point.Shapes, Evaluation.Moved(point.Values, directions, step)).Zip(start, (moved, at) => (moved - at) / step)];
        double[] coarse = Quotient(2e-5), fine = Quotient(1e-5);
        for (int i = 0; i < start.Length; i++)
            Evaluation.AssertClose((2 * fine[i]) - coarse[i], tangent[i], 1e-7, $"{row.Name}, output {i}");
    }

    private static void AssertGradient(double[][] expected, double[][] actual, string where)
    {
        for (int input = 0; input < expected.Length; input++)
        {
            for (int element = 0; element < expected[input].Length; element++)
                Evaluation.AssertClose(expected[input][element], actual[input][element], 1e-14, $"{where}, input {input}, element {element}");
        }
    }
}
