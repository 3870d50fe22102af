using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Locked pullbacks of every row: at a kink, the gradient at a nearby point along the direction.</summary>
public class LockTests
{
    private const double Step = 1e-7;

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void LockedAlongADirectionIsTheGradientJustBeside(string name)
    {
        OperationCase row = Table.Find(name);
        Assert.SkipUnless(row.HasOneSidedDerivatives, $"{name} jumps or is not Lipschitz: nothing is locked there.");
        foreach (KinkPoint point in row.Kinks)
        {
            for (ulong seed = 0; seed < 6; seed++)
            {
                double[][] directions = [.. point.Shapes.Select((shape, input) => Evaluation.Random(shape.Count, seed, 60 + (ulong)input))];
                double[][] beside = Gradients(row, point.Shapes, Evaluation.Moved(point.Values, directions, Step), null);
                double[][] locked = Gradients(row, point.Shapes, point.Values, directions);
                for (int input = 0; input < beside.Length; input++)
                {
                    for (int element = 0; element < beside[input].Length; element++)
                        Evaluation.AssertClose(beside[input][element], locked[input][element], 1e-5,
                            $"{name}, direction {seed}, input {input}, element {element}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void AtOrdinaryPointsNothingIsLocked(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][] values = row.Values(shapes, 8), directions = [.. shapes.Select((shape, input) => Evaluation.Random(shape.Count, 8, 70 + (ulong)input))];
            double[][] plain = Gradients(row, shapes, values, null), locked = Gradients(row, shapes, values, directions);
            for (int input = 0; input < plain.Length; input++)
            {
                for (int element = 0; element < plain[input].Length; element++)
                    Evaluation.AssertClose(plain[input][element], locked[input][element], 1e-13, $"{name}, input {input}, element {element}");
            }
        }
    }

    // Uses a weighted sum of the outputs, so that no two of them can be confused.
    private static double[][] Gradients(OperationCase row, Shape[] shapes, double[][] values, double[][]? directions)
    {
        using Tape<double> tape = new();
        Var<double> y = Evaluation.Record(tape, row.Apply, shapes, values, out Var<double>[] leaves);
        double[] weights = [.. Enumerable.Range(0, y.Shape.Count).Select(i => 1 + (0.5 * i))];
        Var<double> total = (y * tape.Constant(y.Shape, weights)).Sum();
        if (directions is null)
        {
            Gradients<double> plain = tape.Backward(total);
            return Array.ConvertAll(leaves, leaf => plain[leaf].ToArray());
        }

        for (int input = 0; input < leaves.Length; input++)
            tape.SetTangent(leaves[input], directions[input]);
        Gradients<double> locked = tape.ClarkeGradientAlongTangents(total).Gradients;
        return Array.ConvertAll(leaves, leaf => locked[leaf].ToArray());
    }
}
