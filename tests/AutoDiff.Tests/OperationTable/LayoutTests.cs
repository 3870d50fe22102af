using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Threads, layouts and sizes do not change what a row computes.</summary>
public class LayoutTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void TheNumberOfThreadsDoesNotChangeABit(string name)
    {
        OperationCase row = Table.Find(name);
        double[][] values = row.Values(row.Large, 1);
        (float[] Value, float[][] Gradients) first = ([], []);
        foreach (int threads in (int[])[1, 2, 3])
        {
            using Device device = Device.Cpu(threads);
            (float[] value, float[][] gradients) = Evaluation.Pull<float>(row.Apply, row.Large, values, i => 1 + (i % 5), device);
            if (threads == 1)
            {
                first = (value, gradients);
                continue;
            }

            Assert.True(SameBits(first.Value, value), $"{name}: the value differs with {threads} threads");
            for (int input = 0; input < gradients.Length; input++)
                Assert.True(SameBits(first.Gradients[input], gradients[input]), $"{name}: the gradient of input {input} differs with {threads} threads");
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void InputsMayBeViewsWithGapsInAnotherOrder(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][] values = row.Values(shapes, 2);
            (double[] expected, double[][] gradients) = Evaluation.Pull<double>(row.Apply, shapes, values, i => 1 + i);
            using Tape<double> tape = new();
            Var<double>[] leaves = [.. shapes.Select((shape, input) => tape.Variable(Scattered(tape.Device, shape, values[input])))];
            Var<double> y = row.Apply(leaves);
            AssertNear(expected, y.ToArray(), name);
            double[][] viewed = Evaluation.Gradients(tape, y, leaves, i => 1 + i);
            for (int input = 0; input < shapes.Length; input++)
                AssertNear(gradients[input], viewed[input], $"{name}, gradient of input {input}");
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void EmptyInputsGiveEmptyGradientsOrAreRefused(string name)
    {
        OperationCase row = Table.Find(name);
        if (row.Empty is Shape[] shapes)
        {
            double[][] values = [.. shapes.Select(shape => new double[shape.Count])];
            (_, double[][] gradients) = Evaluation.Pull<double>(row.Apply, shapes, values, _ => 1);
            Assert.Equal(shapes.Select(shape => shape.Count), gradients.Select(gradient => gradient.Length));
            Assert.All(gradients.SelectMany(gradient => gradient), value => Assert.True(double.IsFinite(value)));
            return;
        }

        Shape[] empty = Array.ConvertAll(row.Ordinary[0], shape => shape.Rank == 0 ? Shape.Of(0) : shape.With(0, 0));
        using Tape<double> tape = new();
        ArgumentException refused =
            Assert.ThrowsAny<ArgumentException>(() =>
                Evaluation.Record(tape, row.Apply, empty, [.. empty.Select(_ => Array.Empty<double>())], out Var<double>[] _));
        Assert.Contains("[0", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void RecordingAndPullingBackAgainAllocatesNothing(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        float[][] values = [.. row.Values(shapes, 4).Select(input => Array.ConvertAll(input, value => (float)value))];
        using Device device = Device.Cpu(1);
        using Tape<float> tape = new(device);
        Var<float>[] leaves = new Var<float>[shapes.Length];
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int input = 0; input < shapes.Length; input++)
                leaves[input] = tape.Variable(shapes[input], values[input]);
            Gradients<float> gradients = tape.Backward(row.Apply(leaves).Sum());
            _ = gradients[leaves[0]];
            tape.Reset();
        }));
    }

    // A call to a default interface member would box the rule, which takes 24 bytes or more. The pass itself keeps a byte for every operation.
    [Fact]
    public void SecondOrderBoxesNoRule()
    {
        Assert.InRange(Bytes(20) - Bytes(2), 0, 18 * 4);

        static long Bytes(int rounds)
        {
            using Device device = Device.Cpu(1);
            using Tape<double> tape = new(device);
            Var<double> x = tape.Variable([8], [1.0, 2, 3, 4, 5, 6, 7, 8]), y = x.Square();
            for (int i = 0; i < rounds; i++)
                y = y.Reshape(2, 4).Permute(1, 0).CumulativeSum().Reshape(8);
            Var<double> sum = y.Sum();
            double[] direction = [1, 0, 0, 0, 0, 0, 0, 1];
            return Allocations.Least(() => tape.HessianVectorProduct(sum, (x, direction)));
        }
    }

    private static bool SameBits(float[] one, float[] other) =>
        one.AsSpan().SequenceEqual(other) || one.Select(BitConverter.SingleToUInt32Bits).SequenceEqual(other.Select(BitConverter.SingleToUInt32Bits));

    // The same elements, stored with the axes reversed, inside a larger array.
    private static NDArray<double> Scattered(Device device, Shape shape, double[] elements)
    {
        int[] reversed = [.. Enumerable.Range(0, shape.Rank).Reverse()];
        Shape stored = new([.. reversed.Select(axis => shape[axis])]);
        NDArray<double> view = stored.Rank switch
        {
            0 => device.Allocate<double>([2]).Slice(0, 1, 1).Reshape(Shape.Scalar),
            1 => device.Allocate<double>([stored[0] + 3]).Slice(0, 2, stored[0]),
            _ => device.Allocate<double>(stored.With(0, stored[0] + 2).With(-1, stored[-1] + 3)).Slice(0, 1, stored[0]).Slice(-1, 2, stored[-1])
                .Permute(reversed),
        };
        view.CopyFrom(elements);
        return view;
    }

    private static void AssertNear(double[] expected, double[] actual, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(expected[i], actual[i], 1e-13, $"{where}, element {i}");
    }
}
