using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// Every row gives the same results on every device as on the CPU: values, gradients, tangents, kinks and the selections there. Without a GPU, the tests use
/// ILGPU's CPU accelerator.
/// </summary>
[Collection(TestGpu.Collection)]
public class DeviceParityTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void DoublesAreThoseOfTheCpu(string name) => AssertParity<double>(name, 1e-12);

    // The simulated GPU is slow, and its kernels for Half compute in float: there a row is tested in one of the two.
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void FloatsAndHalvesAreThoseOfTheCpu(string name)
    {
        (bool inFloat, bool inHalf) = TestDevices.PrecisionsOf(name);
        if (inFloat)
            AssertParity<float>(name, 2e-6);
        if (inHalf)
            AssertParity<Half>(name, 4e-3);
    }

    private static double Cotangent(int output) => 1 + (0.25 * (output % 3));

    private static void AssertParity<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OperationCase row = Table.Find(name);
        IEnumerable<(Shape[] Shapes, double[][] Values)> points = row.Ordinary.Select(shapes => (shapes, row.Values(shapes, 5)))
            .Concat(row.Kinks.Select(point => (point.Shapes, point.Values)));
        foreach ((Shape[] shapes, double[][] values) in points)
        {
            Run<T> expected = new(row, shapes, values, Device.Default);
            foreach (Device device in TestDevices.Gpus)
                AssertEqual(expected, new Run<T>(row, shapes, values, device), tolerance, $"{name} at {string.Join(", ", shapes)} on {device}");
        }

        TestDevices.AssertCudaTakesNewKernels();
    }

    private static void AssertEqual<T>(Run<T> expected, Run<T> actual, double tolerance, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AssertClose(expected.Value, actual.Value, tolerance, where + ", value");
        for (int input = 0; input < expected.Gradients.Length; input++)
        {
            AssertClose(expected.Gradients[input], actual.Gradients[input], tolerance, $"{where}, gradient {input}");
            AssertClose(expected.Locked[input], actual.Locked[input], tolerance, $"{where}, locked gradient {input}");
        }

        AssertClose(expected.Tangent, actual.Tangent, tolerance, where + ", tangent");
        Assert.Equal(expected.Census, actual.Census);
    }

    private static void AssertClose<T>(T[] expected, T[] actual, double tolerance, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(double.CreateTruncating(expected[i]), double.CreateTruncating(actual[i]), tolerance, $"{where}, element {i}");
    }

    // All results of a program on a device.
    private sealed class Run<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Run(OperationCase row, Shape[] shapes, double[][] values, Device device)
        {
            double[][] rounded = [.. values.Select(input => Array.ConvertAll(input, value => (double)(Half)value))];
            using Tape<T> tape = new(device);
            Var<T> y = Evaluation.Record(tape, row.Apply, shapes, rounded, out Var<T>[] leaves);
            Value = y.ToArray();
            Gradients = Evaluation.Gradients(tape, y, leaves, Cotangent);
            Census = string.Join("; ", tape.Census().Operations.Select(met => $"{met.Operation.Name} {met.Count} [{string.Join(",", met.Positions)}]"));
            using Tape<T> moving = new(device);
            Var<T>[] starts = new Var<T>[shapes.Length];
            for (int input = 0; input < shapes.Length; input++)
            {
                starts[input] = moving.Variable(shapes[input], Array.ConvertAll(rounded[input], T.CreateTruncating));
                moving.SetTangent(starts[input], Array.ConvertAll(Evaluation.Random(shapes[input].Count, 3, 70 + (ulong)input), T.CreateTruncating));
            }

            Var<T> moved = row.Apply(starts);
            Tangent = moving.TangentOf(moved).ToArray();
            Var<T> total = moved.Sum();
            Gradients<T> locked = moving.ClarkeGradientAlongTangents(total).Gradients;
            Locked = Array.ConvertAll(starts, leaf => locked[leaf].ToArray());
        }

        public T[] Value { get; }

        public T[][] Gradients { get; }

        public T[] Tangent { get; }

        public T[][] Locked { get; }

        public string Census { get; }
    }
}
