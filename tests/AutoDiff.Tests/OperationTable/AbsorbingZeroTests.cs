using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// A cotangent or tangent that is exactly 0 stays 0 for any slope: for every row of the table, in every precision, on the CPU and on a (simulated) GPU. An
/// element of the input is made infinite, NaN or 0, and a choice removes the outputs that depend on it from the program; then everything else is as if the
/// element were an ordinary number.
/// </summary>
[Collection(TestGpu.Collection)]
public class AbsorbingZeroTests
{
    private static readonly double[] Odd = [double.NaN, double.PositiveInfinity, 0, double.NegativeInfinity, -1, 1];

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void InDoubleOnTheCpu(string name) => Check<double>(name, Device.Default, 1e-12, 2, _ => Odd);

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void InFloatOnTheCpu(string name) => Check<float>(name, Device.Default, 2e-6, 1, _ => Odd[..3]);

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void InHalfOnTheCpu(string name) => Check<Half>(name, Device.Default, 2e-3, 1, _ => Odd[..3]);

    // The simulated GPU is slow: there a row is tested in one precision, with each input NaN or infinite, in turn. What an ordinary number gives is computed on
    // the CPU, with which DeviceParityTests compare GPUs.
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void OnAGpu(string name)
    {
        (bool inFloat, bool inHalf) = TestDevices.PrecisionsOf(name);
        if (inFloat)
            Check<float>(name, TestDevices.Gpus[0], 2e-6, 1, input => [Odd[input % 2]]);
        if (inHalf)
            Check<Half>(name, TestDevices.Gpus[0], 2e-3, 1, input => [Odd[(input + 1) % 2]]);
    }

    private static void Check<T>(string name, Device device, double tolerance, int atMost, Func<int, double[]> oddNumbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary.Where(shapes => shapes.All(shape => shape.Count > 0)).Take(atMost))
        {
            double[][] values = row.Values(shapes, 7);
            for (int input = 0; input < shapes.Length; input++)
            {
                foreach (int element in new[] { shapes[input].Count / 2, shapes[input].Count - 1 }.Distinct().Take(atMost))
                {
                    Run<T>? expected = null;
                    foreach (double odd in oddNumbers(input))
                        CheckAt(row, shapes, values, input, element, odd, device, tolerance, ref expected);
                }
            }
        }
    }

    private static void CheckAt<T>(OperationCase row, Shape[] shapes, double[][] values, int input, int element, double odd, Device device, double tolerance,
        ref Run<T>? expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double ordinary = values[input][element];
        bool[] isFree = IndependentOf(row, shapes, values, input, element, odd);
        if (expected is null || !expected.IsFree.SequenceEqual(isFree))
            expected = new(row, shapes, values, (input, element), isFree, Device.Default);
        values[input][element] = odd;
        Run<T> actual = new(row, shapes, values, (input, element), isFree, device);
        (T[] stillTangent, T[][] stillGradients, T[][] stillProducts) = Still<T>(row, shapes, values, device);
        values[input][element] = ordinary;
        string where = $"{row.Name} at {string.Join(", ", shapes)}, input {input}, element {element} is {odd}";
        Assert.Equal(T.Zero, actual.Gradients[input][element]);
        Assert.Equal(T.Zero, actual.Locked[input][element]);
        Assert.Equal(T.Zero, actual.Products[input][element]);
        AssertClose(expected.Gradients, actual.Gradients, tolerance, $"{where}: gradient");
        AssertClose(expected.Locked, actual.Locked, tolerance, $"{where}: locked gradient");
        AssertClose(expected.Products, actual.Products, tolerance, $"{where}: product with the Hessian");
        AssertClose([expected.Tangent], [actual.Tangent], tolerance, $"{where}: tangent");
        Assert.All(stillTangent, tangent => Assert.Equal(T.Zero, tangent));
        Assert.All(stillGradients, gradient => Assert.All(gradient, element => Assert.Equal(T.Zero, element)));
        Assert.All(stillProducts, product => Assert.All(product, element => Assert.Equal(T.Zero, element)));
    }

    // The outputs that no value of the element changes.
    private static bool[] IndependentOf(OperationCase row, Shape[] shapes, double[][] values, int input, int element, double odd)
    {
        double ordinary = values[input][element];
        double[] before = Evaluation.Value(row, shapes, values);
        bool[] isFree = [.. before.Select(_ => true)];
        foreach (double other in (double[])[ordinary + 0.01, ordinary - 0.01, -ordinary, ordinary * 3, odd])
        {
            values[input][element] = other;
            double[] after = Evaluation.Value(row, shapes, values);
            for (int output = 0; output < before.Length; output++)
                isFree[output] &= before[output].Equals(after[output]);
        }

        values[input][element] = ordinary;
        return isFree;
    }

    private static void AssertClose<T>(T[][] expected, T[][] actual, double tolerance, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int input = 0; input < expected.Length; input++)
        {
            for (int i = 0; i < expected[input].Length; i++)
                Evaluation.AssertClose(double.CreateTruncating(expected[input][i]), double.CreateTruncating(actual[input][i]), tolerance,
                    $"{where}, input {input}, element {i}");
        }
    }

    // All derivatives of a program with zero tangents and zero cotangents.
    private static (T[] Tangent, T[][] Gradients, T[][] Products) Still<T>(OperationCase row, Shape[] shapes, double[][] values, Device device)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> still = new(device);
        Var<T> unmoved = Move(still, row, shapes, values, Array.ConvertAll(shapes, shape => new T[shape.Count]), out Var<T>[] starts);
        T[] tangent = still.TangentOf(unmoved).ToArray();
        T[][] gradients = Evaluation.Gradients(still, unmoved, starts, _ => 0);
        return (tangent, gradients, Read(starts, still.HessianVectorProduct(unmoved.Sum()).Product));
    }

    private static Var<T> Move<T>(Tape<T> tape, OperationCase row, Shape[] shapes, double[][] values, T[][] directions, out Var<T>[] leaves)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        leaves = new Var<T>[shapes.Length];
        for (int input = 0; input < shapes.Length; input++)
        {
            leaves[input] = tape.Variable(shapes[input], Array.ConvertAll(values[input], T.CreateTruncating));
            tape.SetTangent(leaves[input], directions[input]);
        }

        return row.Apply(leaves);
    }

    private static T[][] Read<T>(Var<T>[] leaves, Gradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(leaves, leaf => gradients[leaf].ToArray());

    // All derivatives of the outputs that do not depend on an element, whose own tangent is 0.
    private sealed class Run<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Run(OperationCase row, Shape[] shapes, double[][] values, (int Input, int Element) odd, bool[] isFree, Device device)
        {
            IsFree = isFree;
            using Tape<T> tape = new(device);
            Var<T> y = Evaluation.Record(tape, row.Apply, shapes, values, out Var<T>[] leaves);
            Gradients = Evaluation.Gradients(tape, y, leaves, output => isFree[output] ? 1 + (0.25 * (output % 3)) : 0);

            T[][] directions = [.. shapes.Select((shape, input) => Array.ConvertAll(Evaluation.Random(shape.Count, 3, 70 + (ulong)input), T.CreateTruncating))];
            directions[odd.Input][odd.Element] = T.Zero;
            using Tape<T> moving = new(device);
            Var<T> moved = Move(moving, row, shapes, values, directions, out Var<T>[] starts);
            Tangent = [.. moving.TangentOf(moved).ToArray().Where((_, output) => isFree[output])];
            Var<T> total = Operations.Where(isFree, moved, moving.Constant(moved.Shape, new T[moved.Shape.Count])).Sum();
            Products = Read(starts, moving.HessianVectorProduct(total).Product);
            Locked = Read(starts, moving.ClarkeGradientAlongTangents(total).Gradients);
        }

        public bool[] IsFree { get; }

        public T[][] Gradients { get; }

        public T[][] Locked { get; }

        public T[][] Products { get; }

        public T[] Tangent { get; }
    }
}
