using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Products of Hessians with vectors, of every row of the table.</summary>
public class SecondOrderTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void TheProductIsTheDerivativeOfTheGradient(string name)
    {
        OperationCase row = Table.Find(name);
        foreach ((Shape[] shapes, ulong seed) in row.Ordinary.Select((shapes, i) => (shapes, (ulong)i)))
        {
            double[][] values = row.Values(shapes, seed), directions = Directions(shapes, seed, 80);
            (double[][] gradients, double[][] product, bool isTwiceDifferentiable) = Multiply<double>(row, shapes, values, directions);
            Assert.True(isTwiceDifferentiable, $"{name} has kinks at an ordinary point");
            double[][] plain = Gradients(row, shapes, values);
            for (int input = 0; input < shapes.Length; input++)
            {
                Assert.Equal(plain[input], gradients[input]);
                for (int element = 0; element < product[input].Length; element++)
                {
                    double difference = CentralDifference(step => Gradients(row, shapes, Evaluation.Moved(values, directions, step))[input][element]);
                    Evaluation.AssertClose(difference, product[input][element], 2e-7,
                        $"{name} at {string.Join(", ", shapes)}, input {input}, element {element}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void TheHessianIsSymmetric(string name)
    {
        OperationCase row = Table.Find(name);
        foreach ((Shape[] shapes, ulong seed) in row.Ordinary.Append(row.Large).Select((shapes, i) => (shapes, 50 + (ulong)i)))
        {
            double[][] values = row.Values(shapes, seed), u = Directions(shapes, seed, 80), v = Directions(shapes, seed, 90);
            double[][] hu = Multiply<double>(row, shapes, values, u).Product, hv = Multiply<double>(row, shapes, values, v).Product;
            double one = u.Zip(hv, Evaluation.Dot).Sum(), other = v.Zip(hu, Evaluation.Dot).Sum();
            double size = u.Zip(hv, (a, b) => a.Zip(b, (x, y) => Math.Abs(x * y)).Sum()).Sum();
            Assert.True(Math.Abs(one - other) <= 1e-11 * (1 + size), $"{name} at {string.Join(", ", shapes)}: {one:R} one way, {other:R} the other");
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void OneInputAloneMayMoveOrBeWanted(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 3), directions = Directions(shapes, 3, 80);
        double[][] sum = [.. shapes.Select(shape => new double[shape.Count])];
        for (int moving = 0; moving < shapes.Length; moving++)
        {
            double[][] alone = [.. directions.Select((direction, input) => input == moving ? direction : new double[direction.Length])];
            double[][] product = Multiply<double>(row, shapes, values, alone).Product;
            for (int wanted = 0; wanted < shapes.Length; wanted++)
            {
                // A constant may also have a tangent, which gives the mixed derivative.
                using Tape<double> tape = new();
                Var<double>[] leaves = [.. shapes.Select((shape, input) => input == wanted
                    ? tape.Variable(shape, values[input])
                    : tape.Constant(shape, values[input]))];
                tape.SetTangent(leaves[moving], directions[moving]);
                double[] mixed = tape.HessianVectorProduct(Total(row, leaves)).Product[leaves[wanted]].ToArray();
                for (int i = 0; i < mixed.Length; i++)
                    Evaluation.AssertClose(product[wanted][i], mixed[i], 1e-12, $"{name}, moving {moving}, wanted {wanted}, element {i}");
                sum[wanted] = [.. sum[wanted].Zip(mixed, (a, b) => a + b)];
            }
        }

        double[][] whole = Multiply<double>(row, shapes, values, directions).Product;
        for (int input = 0; input < shapes.Length; input++)
        {
            for (int i = 0; i < whole[input].Length; i++)
                Evaluation.AssertClose(whole[input][i], sum[input][i], 1e-10, $"{name}, input {input}, element {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void FloatAgreesWithDouble(string name) => AssertAgrees<float>(name, row => 20 * row.FloatTolerance);

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void HalfAgreesWithDouble(string name) => AssertAgrees<Half>(name, row => 10 * row.HalfTolerance);

    [Theory]
    [MemberData(nameof(Table.NamesWithKinks), MemberType = typeof(Table))]
    public void KinksAreReported(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks.Where(point => point.Positions.Length > 0))
        {
            Assert.False(Multiply<double>(row, point.Shapes, point.Values, Directions(point.Shapes, 1, 80)).IsTwiceDifferentiable);
            Assert.False(Multiply<float>(row, point.Shapes, point.Values, Directions(point.Shapes, 1, 80)).IsTwiceDifferentiable);
        }
    }

    private static void AssertAgrees<T>(string name, Func<OperationCase, double> tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][] values = [.. row.Values(shapes, 5).Select(Rounded)], directions = [.. Directions(shapes, 5, 80).Select(Rounded)];
            double[][] exact = Multiply<double>(row, shapes, values, directions).Product;
            T[][] product = Multiply<T>(row, shapes, values, directions).Product;
            double size = exact.SelectMany(input => input).Select(Math.Abs).DefaultIfEmpty().Max();
            for (int input = 0; input < exact.Length; input++)
            {
                for (int i = 0; i < exact[input].Length; i++)
                    Assert.Equal(exact[input][i], double.CreateTruncating(product[input][i]), tolerance(row) * (1 + size));
            }
        }

        static double[] Rounded(double[] input) => Array.ConvertAll(input, value => (double)(Half)value);
    }

    private static double[][] Directions(Shape[] shapes, ulong seed, ulong stream) =>
        [.. shapes.Select((shape, input) => Evaluation.Random(shape.Count, seed, stream + (ulong)input))];

    private static (T[][] Gradients, T[][] Product, bool IsTwiceDifferentiable) Multiply<T>(OperationCase row, Shape[] shapes, double[][] values,
        double[][] directions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> tape = new();
        Var<T> total = Evaluation.Record(tape, x => Total(row, x), shapes, values, out Var<T>[] leaves);
        for (int input = 0; input < leaves.Length; input++)
            tape.SetTangent(leaves[input], Array.ConvertAll(directions[input], T.CreateTruncating));
        HessianVectorProduct<T> result = tape.HessianVectorProduct(total);
        return (Array.ConvertAll(leaves, leaf => result.Gradients[leaf].ToArray()), Array.ConvertAll(leaves, leaf => result.Product[leaf].ToArray()),
            result.IsTwiceDifferentiable);
    }

    private static double[][] Gradients(OperationCase row, Shape[] shapes, double[][] values)
    {
        using Tape<double> tape = new();
        Var<double> total = Evaluation.Record(tape, x => Total(row, x), shapes, values, out Var<double>[] leaves);
        Gradients<double> gradients = tape.Backward(total);
        return Array.ConvertAll(leaves, leaf => gradients[leaf].ToArray());
    }

    // Weights that distinguish outputs, and squares, so that the cotangent also changes.
    private static Var<T> Total<T>(OperationCase row, Var<T>[] x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Var<T> y = row.Apply(x);
        T[] weights = [.. Enumerable.Range(0, y.Shape.Count).Select(i => T.CreateTruncating(0.25 + (0.125 * (i % 5))))];
        Var<T> weighted = y * y.Tape.Constant(y.Shape, weights);
        return (weighted + (weighted * y)).Sum();
    }

    // Six points: the error is of the order of the step's sixth power.
    private static double CentralDifference(Func<double, double> f)
    {
        const double H = 2e-3;
        return ((45 * (f(H) - f(-H))) - (9 * (f(2 * H) - f(-2 * H))) + (f(3 * H) - f(-3 * H))) / (60 * H);
    }
}
