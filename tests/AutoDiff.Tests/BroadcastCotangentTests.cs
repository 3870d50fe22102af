using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>
/// The cotangent of a sum's input repeats the sum's own cotangent, and is written only when something asks for its elements one by one. Nobody sees the
/// difference.
/// </summary>
[Collection(TestGpu.Collection)]
public class BroadcastCotangentTests
{
    private const int Rows = 70;
    private const int Columns = 90;

    // What a program does between the leaf and the sum, and the slope of it at x.
    private static readonly (string Name, Func<Var<double>, Var<double>> Value, Func<double, double> Slope)[] Steps =
    [
        ("nothing", x => x, _ => 1),
        ("relu", x => x.Relu(), x => x > 0 ? 1 : 0),
        ("negation", x => -x, _ => -1),
        ("square", x => x.Square(), x => 2 * x),
        ("product with itself", x => x * x, x => 2 * x),
        ("exponential", x => x.Exp(), Math.Exp),
        ("transposition", x => x.Transpose(0, 1).Transpose(0, 1), _ => 1),
        ("reshaping", x => x.Reshape(Columns, Rows).Reshape(Rows, Columns), _ => 1),
        ("cumulative sum of differences", x => x + (x.CumulativeSum(0) - x.CumulativeSum(0)), _ => 1),
        ("a chain", x => (x.Tanh() * 3 + 1).Abs(),
            x => Math.Sign((3 * Math.Tanh(x)) + 1) * 3 * (1 - Math.Pow(Math.Tanh(x), 2))),
    ];

    public static TheoryData<string> Names => [.. Steps.Select(step => step.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientsAreThoseOfWrittenCotangents(string name)
    {
        (_, Func<Var<double>, Var<double>> value, Func<double, double> slope) = Steps.Single(step => step.Name == name);
        double[] data = Data();
        foreach (int axis in (int[])[0, 1])
        {
            double[] seed = [.. Enumerable.Range(0, axis == 0 ? Columns : Rows).Select(i => Math.Cos(i))];
            double Weight(int i) => seed[axis == 0 ? i % Columns : i / Columns];
            Check(x => value(x).Sum(axis), seed, i => Weight(i) * slope(data[i]));
            Check(x => value(x).Mean(axis), seed, i => Weight(i) * slope(data[i]) / (axis == 0 ? Rows : Columns));
            // A second cotangent meets the first, before and after it.
            Check(x => value(x).Sum(axis) + x.Sum(axis), seed, i => Weight(i) * (slope(data[i]) + 1));
            Check(x => x.Square().Sum(axis) + value(x).Sum(axis), seed, i => Weight(i) * (slope(data[i]) + (2 * data[i])));
        }

        Check(x => value(x).Sum(), [3], i => 3 * slope(data[i]));
        Check(x => value(x).Mean(), [3], i => 3 * slope(data[i]) / data.Length);
    }

    [Fact]
    public void AnActionOnAGradientMayChangeIt()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable(new double[Rows, Columns]), y = x.Exp();
        tape.OnGradient(y, gradient =>
        {
            Assert.True(gradient.IsContiguous);
            double[] elements = gradient.ToArray();
            elements[5] = 7;
            gradient.CopyFrom(elements);
        });
        double[] pulled = tape.Backward(y.Sum())[x].ToArray();
        Assert.Equal((7, 1, 1), (pulled[5], pulled[4], pulled[6]));
    }

    [Fact]
    public void TheGradientOfALeafIsAnArrayOfItsOwn()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable(new double[Rows, Columns]);
        NDArray<double> gradient = tape.Backward(x.Sum())[x];
        Assert.True(gradient.IsContiguous);
        double[] elements = gradient.ToArray();
        elements[0] = 5;
        gradient.CopyFrom(elements);
        Assert.Equal((5, 1), (gradient.ToArray()[0], gradient.ToArray()[1]));
    }

    [Fact]
    public void SecondDerivativesSeeIt()
    {
        double[] data = Data(), direction = [.. data.Select(x => Math.Sin(7 * x))];
        using Tape<double> tape = new();
        Var<double> x = tape.Variable(Matrix(data)), loss = x.Exp().Sum(0).Square().Sum();
        double[] product = tape.HessianVectorProduct(loss, (x, direction)).Product[x].ToArray();
        for (int column = 0; column < Columns; column++)
        {
            double sum = 0, moved = 0;
            for (int row = 0; row < Rows; row++)
            {
                double e = Math.Exp(data[(row * Columns) + column]);
                sum += e;
                moved += e * direction[(row * Columns) + column];
            }

            for (int i = column; i < data.Length; i += Columns)
                Assert.Equal(2 * Math.Exp(data[i]) * (moved + (sum * direction[i])), product[i], 1e-9 * (1 + Math.Abs(product[i])));
        }
    }

    [Fact]
    public void PassesAfterEachOtherDoNotMix()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable(Matrix(Data())), sum = x.Sum(), squares = x.Square().Sum();
        for (int pass = 0; pass < 3; pass++)
        {
            Assert.All(tape.Backward(sum)[x].ToArray(), slope => Assert.Equal(1, slope));
            Assert.Equal(Data().Select(v => 2 * v), tape.Backward(squares)[x].ToArray());
        }
    }

    [Fact]
    public void GpusReadItToo()
    {
        double[] data = Data();
        foreach (Device device in TestDevices.Gpus)
        {
            using Tape<double> tape = new(device);
            Var<double> x = tape.Variable(Matrix(data)), sums = (x.Relu() * x).Sum(0) + x.Square().Mean(0);
            double[] seed = [.. Enumerable.Range(0, Columns).Select(i => Math.Cos(i))];
            double[] gradient = tape.Backward(sums, device.Array<double>(sums.Shape, seed))[x].ToArray();
            for (int i = 0; i < data.Length; i++)
                Assert.Equal(seed[i % Columns] * ((2 * Math.Max(data[i], 0)) + (2 * data[i] / Rows)), gradient[i], 1e-12);
            Assert.All(tape.Backward(x.Sum())[x].ToArray(), slope => Assert.Equal(1, slope));
        }

        TestDevices.AssertCudaTakesNewKernels();
    }

    private static void Check(Func<Var<double>, Var<double>> program, double[] seed, Func<int, double> expected)
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable(Matrix(Data())), y = program(x);
        for (int pass = 0; pass < 2; pass++)
        {
            double[] gradient = tape.Backward(y, tape.Device.Array<double>(y.Shape, seed))[x].ToArray();
            for (int i = 0; i < gradient.Length; i++)
                Assert.Equal(expected(i), gradient[i], 1e-12 * (1 + Math.Abs(expected(i))));
        }
    }

    private static double[] Data() => [.. Enumerable.Range(0, Rows * Columns).Select(i => Math.Sin(1 + (3.7 * i)))];

    private static double[,] Matrix(double[] elements)
    {
        double[,] matrix = new double[Rows, Columns];
        Buffer.BlockCopy(elements, 0, matrix, 0, elements.Length * sizeof(double));
        return matrix;
    }
}
