using ConservativeAD.Kernels;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Images;

/// <summary>Convolutions of one, two and three axes, and transposed ones, against their definition.</summary>
public class ConvolutionTests
{
    [Fact]
    public void ConvolutionsAreThoseOfTheirDefinition()
    {
        for (int draw = 0; draw < 120; draw++)
        {
            Draw one = new(draw, false);
            using Tape<double> tape = new();
            (Var<double> x, Var<double> w) = one.Variables(tape);
            Var<double> y = one.Axes switch
            {
                1 => x.Conv1d(w, null, one.Stride[2], one.Padding[2], one.Dilation[2], one.Groups, one.Same),
                2 => x.Conv2d(w, null, (one.Stride[1], one.Stride[2]), (one.Padding[1], one.Padding[2]), (one.Dilation[1], one.Dilation[2]), one.Groups,
                    one.Same),
                _ => x.Conv3d(w, null, (one.Stride[0], one.Stride[1], one.Stride[2]), (one.Padding[0], one.Padding[1], one.Padding[2]),
                    (one.Dilation[0], one.Dilation[1], one.Dilation[2]), one.Groups, one.Same),
            };
            int[] output = one.OutputOf(one.Input);
            Assert.Equal(one.Trimmed(output), y.Shape);
            AssertEqual(one.Definition.Forward(one.Input, one.Weight, output, x.ToArray(), w.ToArray()), y.ToArray(), one);
        }
    }

    [Fact]
    public void TransposedConvolutionsAreAdjointToThoseOfTheirDefinition()
    {
        for (int draw = 0; draw < 120; draw++)
        {
            Draw one = new(draw, true);
            using Tape<double> tape = new();
            int[] from = one.OutputOf(one.Input);
            Var<double> y = tape.Variable(one.Trimmed(from), Evaluation.Random(NaiveConvolution.Count(from), (ulong)draw, 3)),
                w = one.Variables(tape).W;
            int[] more = new int[3];
            for (int axis = 0; axis < 3; axis++)
                more[axis] = one.Input[axis + 2] - one.Least(axis, from[axis + 2]);
            Var<double> x = one.Axes switch
            {
                1 => y.ConvTranspose1d(w, null, one.Stride[2], one.Padding[2], more[2], one.Dilation[2], one.Groups),
                2 => y.ConvTranspose2d(w, null, (one.Stride[1], one.Stride[2]), (one.Padding[1], one.Padding[2]), (more[1], more[2]),
                    (one.Dilation[1], one.Dilation[2]), one.Groups),
                _ => y.ConvTranspose3d(w, null, (one.Stride[0], one.Stride[1], one.Stride[2]), (one.Padding[0], one.Padding[1], one.Padding[2]),
                    (more[0], more[1], more[2]), (one.Dilation[0], one.Dilation[1], one.Dilation[2]), one.Groups),
            };
            Assert.Equal(one.Trimmed(one.Input), x.Shape);
            AssertEqual(one.Definition.Transposed(one.Input, one.Weight, from, y.ToArray(), w.ToArray()), x.ToArray(), one);
        }
    }

    [Fact]
    public void AnOutputPaddingMayReachOverTheStride()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 2], [1, 10]), w = tape.Variable([1, 1, 2], [1, 2]), b = tape.Variable([1], [100]);
        Assert.Equal([101, 110, 100, 102, 120, 100, 100], x.ConvTranspose1d(w, b, dilation: 3, outputPadding: 2).ToArray());
    }

    [Fact]
    public void SameKeepsTheExtentAndPutsTheOddZeroBehind()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 4], [1, 2, 3, 4]), w = tape.Variable([1, 1, 2], [1, 10]);
        Assert.Equal([21, 32, 43, 4], x.Conv1d(w, same: true).ToArray());
        Assert.Equal([21, 43], x.Conv1d(w, stride: 2, same: true).ToArray());
        Assert.Equal([1, 4], x.Conv1d(tape.Variable([1, 1, 1], [1]), stride: 3, same: true).ToArray());
    }

    [Fact]
    public void ABiasIsAddedBeforeHalfRounds()
    {
        using Tape<Half> tape = new();
        Var<Half> x = tape.Variable([1, 2, 1], [(Half)40000, (Half)40000]), bias = tape.Variable([1], [(Half)(-40000)]);
        Assert.Equal([(Half)40000], x.Conv1d(tape.Variable([1, 2, 1], [Half.One, Half.One]), bias).ToArray());
        Assert.Equal([(Half)40000], x.ConvTranspose1d(tape.Variable([2, 1, 1], [Half.One, Half.One]), bias).ToArray());
        Var<Half> volume = tape.Variable([1, 1, 3, 1, 1], [(Half)40000, (Half)40000, (Half)(-40000)]),
            ones = tape.Variable([1, 1, 3, 1, 1], [Half.One, Half.One, Half.One]);
        Assert.Equal([(Half)40000], volume.Conv3d(ones).ToArray());
        Assert.Equal((Half)40000, volume.ConvTranspose3d(ones).ToArray()[2]);
    }

    [Fact]
    public void AZeroCotangentAbsorbsInfiniteFactors()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1, 1, 2], [1, double.PositiveInfinity]), w = tape.Variable([1, 1, 2], [double.PositiveInfinity, 1]);
        NDArray<double> nothing = tape.Device.Array<double>([1, 1, 3], [0, 0, 0]);
        Gradients<double> gradients = tape.Backward(x.ConvTranspose1d(w), nothing);
        Assert.Equal([0, 0], gradients[x].ToArray());
        Assert.Equal([0, 0], gradients[w].ToArray());
        tape.Device.Return(nothing);
        tape.SetTangent(x, [0, 0]);
        tape.SetTangent(w, [0, 0]);
        Assert.Equal([0, 0, 0], tape.TangentOf(x.ConvTranspose1d(w)).ToArray());
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        using Tape<double> tape = new();
        Var<double> Ones(params int[] shape) => tape.Variable(new Shape(shape), [.. Enumerable.Repeat(1.0, new Shape(shape).Count)]);
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 2, 4)), "conv1d", "[1, 2, 3]", "[1, 2, 4]", "kernel of 4");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 3, 1)), "[1, 2, 3]", "[1, 3, 1]");
        Refused(() => Ones(1, 2, 3, 1).Conv1d(Ones(1, 2, 1)), "[batch, channels, length]");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 2, 1), stride: 0), "stride of 0");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 2, 1), padding: -1), "padding of -1");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 2, 1), dilation: 0), "dilation of 0");
        Refused(() => Ones(1, 4, 3).Conv1d(Ones(3, 2, 1), groups: 2), "2 group(s)", "[3, 2, 1]");
        Refused(() => Ones(1, 4, 3).Conv1d(Ones(3, 2, 1), groups: 0), "0 group(s)");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(1, 2, 1), padding: 1, same: true), "padding of 1", "same");
        Refused(() => Ones(1, 2, 3).Conv1d(Ones(4, 2, 1), Ones(3)), "bias", "[3]", "[4]");
        Refused(() => Ones(1, 2, 0).Conv1d(Ones(4, 2, 1)), "[1, 2, 0]");
        Refused(() => Ones(1, 2, 2, 2, 2).Conv3d(Ones(1, 2, 3, 1, 1)), "conv3d", "[1, 2, 2, 2, 2]", "[1, 2, 3, 1, 1]");
        Refused(() => Ones(1, 2, 2, 2).Conv3d(Ones(1, 2, 3, 1)), "[batch, channels, depth, height, width]");
        Refused(() => Ones(1, 2, 2, 2).ConvTranspose2d(Ones(3, 1, 1, 1)), "transposed conv2d", "[1, 2, 2, 2]", "[3, 1, 1, 1]");
        Refused(() => Ones(1, 2, 2, 2).ConvTranspose2d(Ones(2, 1, 1, 1), padding: 1), "would have 0 positions");
        Refused(() => Ones(1, 2, 2, 2).ConvTranspose2d(Ones(2, 1, 1, 1), outputPadding: 1), "output padding of 1");
        Refused(() => Ones(1, 3, 2).ConvTranspose1d(Ones(3, 1, 1), groups: 2), "2 group(s)");
        Assert.Equal([0, 4, 3], Ones(0, 2, 3).Conv1d(Ones(4, 2, 1)).Shape);
        Assert.Equal([0, 4, 3, 3, 3], Ones(0, 2, 3, 3, 3).Conv3d(Ones(4, 2, 3, 3, 3), padding: 1).Shape);
        Assert.Equal([0, 4, 3, 3, 3], Ones(0, 2, 3, 3, 3).ConvTranspose3d(Ones(2, 4, 3, 3, 3), padding: 1).Shape);
    }

    private static void Refused(Func<Var<double>> program, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => program()).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void AssertEqual(double[] expected, double[] actual, Draw one)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(expected[i], actual[i], 1e-12, $"{one}, element {i}");
    }

    // The sizes of one random convolution; axes that a dimension lacks have extent 1.
    private sealed class Draw
    {
        public Draw(int seed, bool isTransposed)
        {
            double[] numbers = new double[40];
            new Philox((ulong)seed, 7).Uniform<double>(numbers, 0, 1);
            int next = 0;
            int Pick(int low, int high) => low + (int)(numbers[next++] * (high - low + 1));
            Axes = (seed % 3) + 1;
            Groups = Pick(1, 2);
            Same = !isTransposed && Pick(0, 2) == 0;
            int batch = Pick(1, 2), inner = Pick(1, 3), outer = Groups * Pick(1, 2);
            Input = [batch, Groups * inner, 1, 1, 1];
            Weight = [outer, inner, 1, 1, 1];
            for (int axis = 3 - Axes; axis < 3; axis++)
            {
                Weight[axis + 2] = Pick(1, 3);
                Stride[axis] = Pick(1, 3);
                Dilation[axis] = Pick(1, 2);
                int span = ((Weight[axis + 2] - 1) * Dilation[axis]) + 1;
                Padding[axis] = Same ? 0 : Pick(0, 2);
                Input[axis + 2] = Math.Max(Pick(1, 5), span - (Same ? span - 1 : 2 * Padding[axis]));
            }
        }

        public int Axes { get; }

        public int Groups { get; }

        public bool Same { get; }

        public int[] Input { get; }

        public int[] Weight { get; }

        public int[] Stride { get; } = [1, 1, 1];

        public int[] Padding { get; } = [0, 0, 0];

        public int[] Dilation { get; } = [1, 1, 1];

        public NaiveConvolution Definition => new(Stride, Same ? [.. Enumerable.Range(0, 3).Select(SameBefore)] : Padding, Dilation, Groups);

        public int[] OutputOf(int[] input) =>
        [
            input[0], Weight[0], .. Enumerable.Range(0, 3).Select(axis => Same
                ? (input[axis + 2] + Stride[axis] - 1) / Stride[axis]
                : ((input[axis + 2] + (2 * Padding[axis]) - Span(axis)) / Stride[axis]) + 1),
        ];

        // The fewest positions of an input whose convolution has so many.
        public int Least(int axis, int output) => ((output - 1) * Stride[axis]) + Span(axis) - (2 * Padding[axis]);

        public Shape Trimmed(int[] shape) => new([shape[0], shape[1], .. shape[(5 - Axes)..]]);

        public (Var<double> X, Var<double> W) Variables(Tape<double> tape) =>
            (tape.Variable(Trimmed(Input), Evaluation.Random(NaiveConvolution.Count(Input), 11, 1)),
                tape.Variable(Trimmed(Weight), Evaluation.Random(NaiveConvolution.Count(Weight), 11, 2)));

        public override string ToString() =>
            $"[{string.Join(", ", Input)}] by [{string.Join(", ", Weight)}], stride {string.Join(", ", Stride)}, padding {string.Join(", ", Padding)}, "
                + $"dilation {string.Join(", ", Dilation)}, groups {Groups}, same {Same}";

        private int Span(int axis) => ((Weight[axis + 2] - 1) * Dilation[axis]) + 1;

        private int SameBefore(int axis) =>
            Math.Max(0, ((OutputOf(Input)[axis + 2] - 1) * Stride[axis]) + Span(axis) - Input[axis + 2]) / 2;
    }
}
