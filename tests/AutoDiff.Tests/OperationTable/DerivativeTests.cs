using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Derivatives at differentiable points, of every row of the table.</summary>
public class DerivativeTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void ThePullbackIsTheTransposedDerivative(string name)
    {
        OperationCase row = Table.Find(name);
        foreach ((Shape[] shapes, ulong seed) in row.Ordinary.Select((shapes, i) => (shapes, (ulong)i)))
        {
            double[][] values = row.Values(shapes, seed);
            double[] cotangent = Evaluation.Random(Evaluation.Value(row, shapes, values).Length, seed, 10);
            double[][] gradients = Evaluation.Pull<double>(row.Apply, shapes, values, i => cotangent[i]).Gradients;
            for (int input = 0; input < shapes.Length; input++)
            {
                for (int element = 0; element < shapes[input].Count; element++)
                {
                    double difference = CentralDifference(step =>
                    {
                        double kept = values[input][element];
                        values[input][element] = kept + step;
                        double result = Evaluation.Dot(cotangent, Evaluation.Value(row, shapes, values));
                        values[input][element] = kept;
                        return result;
                    });
                    Evaluation.AssertClose(difference, gradients[input][element], 1e-8, $"{name} at {Describe(shapes)}, input {input}, element {element}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void TangentAndPullbackAreAdjoint(string name)
    {
        OperationCase row = Table.Find(name);
        foreach ((Shape[] shapes, ulong seed) in row.Ordinary.Append(row.Large).Select((shapes, i) => (shapes, 100 + (ulong)i)))
        {
            double[][] values = row.Values(shapes, seed);
            double[][] directions = [.. shapes.Select((shape, input) => Evaluation.Random(shape.Count, seed, 20 + (ulong)input))];
            double[] tangent = Evaluation.Push(row.Apply, shapes, values, directions);
            double[] cotangent = Evaluation.Random(tangent.Length, seed, 10);
            double[][] gradients = Evaluation.Pull<double>(row.Apply, shapes, values, i => cotangent[i]).Gradients;
            double forward = Evaluation.Dot(cotangent, tangent), reverse = gradients.Zip(directions, Evaluation.Dot).Sum();
            double size = tangent.Zip(cotangent, (t, c) => Math.Abs(t * c)).Sum();
            Assert.True(Math.Abs(forward - reverse) <= 1e-12 * (1 + size), $"{name} at {Describe(shapes)}: {forward:R} forward, {reverse:R} reverse");
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void OneInputAloneMayMoveOrBeWanted(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 3);
        for (int moving = 0; moving < shapes.Length; moving++)
        {
            using Tape<double> tape = new();
            Var<double>[] leaves = [.. shapes.Select((shape, input) => input == moving
                ? tape.Variable(shape, values[input])
                : tape.Constant(shape, values[input]))];
            double[] direction = Evaluation.Random(shapes[moving].Count, 3, 30);
            tape.SetTangent(leaves[moving], direction);
            Var<double> y = row.Apply(leaves);
            double[] cotangent = Evaluation.Random(y.Shape.Count, 3, 31);
            double[] gradient = Evaluation.Gradients(tape, y, [leaves[moving]], i => cotangent[i])[0];
            double[] whole = Evaluation.Pull<double>(row.Apply, shapes, values, i => cotangent[i]).Gradients[moving];
            Assert.Equal(whole, gradient);
            Evaluation.AssertClose(Evaluation.Dot(gradient, direction), Evaluation.Dot(cotangent, tape.TangentOf(y).ToArray()), 1e-12,
                $"{name}, input {moving}");
        }
    }

    // Six points: the error is of the order of the step's sixth power.
    private static double CentralDifference(Func<double, double> f)
    {
        const double H = 4e-3;
        return ((45 * (f(H) - f(-H))) - (9 * (f(2 * H) - f(-2 * H))) + (f(3 * H) - f(-3 * H))) / (60 * H);
    }

    private static string Describe(Shape[] shapes) => string.Join(", ", shapes);
}
