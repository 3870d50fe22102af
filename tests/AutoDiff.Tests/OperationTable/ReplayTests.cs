using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// Every operation that is replayed on other values, released in the reverse pass, or recomputed in a checkpointed segment has the same bits as a plain record.
/// </summary>
public class ReplayTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void AReplayIsARecordOfTheNewValues(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            using Device device = Device.Cpu(1);
            using Tape<double> tape = new(device);
            NDArray<double>[] arrays = [.. shapes.Select(shape => device.Allocate<double>(shape))];
            Var<double>[] leaves = [];
            Replay<double> replay = new(tape, recorded =>
            {
                leaves = [.. arrays.Select(array => recorded.Variable(array))];
                return row.Apply(leaves);
            });
            for (ulong round = 0; round < 3; round++)
            {
                double[][] values = row.Values(shapes, 20 + round);
                for (int input = 0; input < shapes.Length; input++)
                    arrays[input].CopyFrom(values[input]);
                Var<double> y = replay.Run();
                (double[] value, double[][] gradients) = Evaluation.Pull<double>(row.Apply, shapes, values, i => 1 + (0.1 * i), device);
                Assert.Equal(value, y.ToArray());
                Assert.Equal(gradients, Evaluation.Gradients(tape, y, leaves, i => 1 + (0.1 * i)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void FusedWithItsNeighboursItHasTheSameBits(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        using Device device = Device.Cpu(1);
        using Tape<float> tape = new(device);
        NDArray<float>[] arrays = [.. shapes.Select(shape => device.Allocate<float>(shape))];
        Var<float>[] leaves = [];
        Replay<float> replay = new(tape, recorded =>
        {
            leaves = [.. arrays.Select(array => recorded.Variable(array))];
            return Program(leaves);
        });
        for (ulong round = 0; round < 3; round++)
        {
            double[][] values = row.Values(shapes, 30 + round);
            for (int input = 0; input < shapes.Length; input++)
                arrays[input].CopyFrom(Array.ConvertAll(values[input], value => (float)value));
            Var<float> y = replay.Run();
            (float[] value, float[][] gradients) = Evaluation.Pull<float>(Program, shapes, values, i => 1 + (0.1 * i), device);
            Assert.Equal(value, y.ToArray());
            Assert.Equal(gradients, Evaluation.Gradients(tape, y, leaves, i => 1 + (0.1 * i)));
        }

        Var<float> Program(Var<float>[] x) => row.Apply([.. x.Select(input => input.Scale(0.75).Shift(0.1))]).Scale(1.25).Tanh();
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void ReleasingValuesChangesNoBit(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 5);
        using Tape<double> tape = new();
        Var<double> kept = Evaluation.Record(tape, Twice, shapes, values, out Var<double>[] leaves);
        double[][] expected = Read(tape.Backward(kept), leaves);
        double value = kept.GetScalar();
        tape.Reset();
        Var<double> released = Evaluation.Record(tape, Twice, shapes, values, out leaves);
        Assert.Equal(expected, Read(tape.BackwardAndRelease(released), leaves));
        Assert.Equal(value, released.GetScalar());

        Var<double> Twice(Var<double>[] x) => (row.Apply(x) + row.Apply([.. x.Select(input => input.Scale(1.0))])).Sum();
    }

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void ASegmentComputedAgainChangesNoBit(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][] values = row.Values(shapes, 6);
            (double[] value, double[][] gradients) = Evaluation.Pull<double>(x => row.Apply([.. x.Select(input => input.Scale(1.5))])
                .Scale(0.5), shapes, values, i => 1 - (0.1 * i));
            (double[] segmentValue, double[][] segmentGradients) = Evaluation.Pull<double>(
                x => x[0].Tape.Checkpoint([.. x.Select(input => input.Scale(1.5))], inside => row.Apply(inside))
                    .Scale(0.5), shapes, values, i => 1 - (0.1 * i));
            Assert.Equal(value, segmentValue);
            Assert.Equal(gradients, segmentGradients);
        }
    }

    private static double[][] Read(Gradients<double> gradients, Var<double>[] leaves) => Array.ConvertAll(leaves, leaf => gradients[leaf].ToArray());
}
