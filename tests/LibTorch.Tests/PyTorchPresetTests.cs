using ConservativeAD.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConservativeAD.LibTorch.Tests;

/// <summary>The PyTorch preset, compared with libtorch itself at every kink of every common operation.</summary>
public class PyTorchPresetTests
{
    private static readonly double[] Numbers = [0, -0.0, 1, -1, 2, -2];

    private static readonly Dictionary<string, Row> Rows = new()
    {
        ["relu"] = Row.Of(x => x.Relu(), x => functional.relu(x), Numbers),
        ["leaky relu 0.01"] = Row.Of(x => x.LeakyRelu(0.01), x => functional.leaky_relu(x, 0.01), Numbers),
        ["leaky relu 2"] = Row.Of(x => x.LeakyRelu(2), x => functional.leaky_relu(x, 2), Numbers),
        ["leaky relu −0.5"] = Row.Of(x => x.LeakyRelu(-0.5), x => functional.leaky_relu(x, -0.5), Numbers),
        ["elu 1"] = Row.Of(x => x.Elu(1), x => functional.elu(x, 1), Numbers),
        ["elu 0.5"] = Row.Of(x => x.Elu(0.5), x => functional.elu(x, 0.5), Numbers),
        ["relu6"] = Row.Of(x => x.Relu6(), x => functional.relu6(x), [0, -0.0, 6, 3, -1, 7]),

        // TorchSharp's binding of hardtanh returns its argument unchanged; in libtorch relu6 is the hardtanh of bounds 0 and 6.
        ["hardtanh"] = Row.Of(x => x.HardTanh(0, 6), x => functional.relu6(x), [0, -0.0, 6, 3, -1, 7]),
        ["clamp"] = Row.Of(x => x.Clamp(-1, 1), x => x.clamp(-1, 1), [-1, 1, 0, 2, -2]),
        ["hardsigmoid"] = Row.Of(x => x.HardSigmoid(), x => functional.hardsigmoid(x), [-3, 3, 0, 4, -4]),
        ["hardswish"] = Row.Of(x => x.HardSwish(), x => functional.hardswish(x), [-3, 3, 0, 4, -4]),
        ["softshrink"] = Row.Of(x => x.SoftThreshold(0.5), x => functional.softshrink(x, 0.5), [-0.5, 0.5, 0, 1, -1]),
        ["abs"] = Row.Of(x => x.Abs(), x => x.abs(), Numbers),
        ["sign"] = Row.Of(x => x.Sign(), x => x.sign(), Numbers),
        ["floor"] = Row.Of(x => x.Floor(), x => x.floor(), [1, 0, -1, 0.5]),
        ["square root"] = Row.Of(x => x.Sqrt(), x => x.sqrt(), [0, 1, 4]),
        ["hinge as clamp"] = Row.Of(x => x.Hinge(), x => functional.relu(1 - x), [1, 0, 2]),
        ["huber"] = Row.Of(x => x.Huber(1), x => functional.huber_loss(x, zeros_like(x), 1, reduction: Reduction.None), [0, 1, -1, 2, -2]),
        ["maximum"] = Row.OfTwo((x, y) => x.Maximum(y), (x, y) => maximum(x, y), [1, 0, -0.0, 2], [1, 0, 0, 3]),
        ["minimum"] = Row.OfTwo((x, y) => x.Minimum(y), (x, y) => minimum(x, y), [1, 0, -0.0, 2], [1, 0, 0, 3]),
        ["amax"] = Row.Of(x => x.Reshape([2, 3]).Max(1), x => x.reshape(2, 3).amax([1L]), [1, 1, 0, 2, 2, 2]),
        ["amin"] = Row.Of(x => x.Reshape([2, 3]).Min(1), x => x.reshape(2, 3).amin([1L]), [1, 1, 3, 2, 2, 2]),
        ["max of all"] = Row.Of(x => x.Max(), x => x.max(), [1, 3, 0, 3]),
        ["max along an axis, with the first"] = Row.Of(x => x.Reshape([2, 3]).Max(1, ties: TieSelection.First), x => x.reshape(2, 3)
            .max(1).values, [1, 1, 0, 2, 2, 2]),
        ["max pooling"] = Row.Of(x => x.Reshape([1, 1, 2, 4]).MaxPool2d(2), x => functional.max_pool2d(x.reshape(1, 1, 2, 4), 2), [1, 1, 0, 5, 0, 1, 5, 5]),
        ["max pooling with overlaps"] = Row.Of(x => x.Reshape([1, 1, 3, 3])
            .MaxPool2d(2, 1), x => functional.max_pool2d(x.reshape(1, 1, 3, 3), 2, 1), [2, 2, 2, 2, 2, 2, 2, 2, 2]),
        ["stable sort"] = Row.Of(x => x.Sort(), x => torch.sort(x, 0, false, true).values, [1, 0, 1, 0, 1]),
        ["stable sort, descending"] = Row.Of(x => x.Sort(descending: true), x => torch.sort(x, 0, true, true).values, [1, 0, 1, 0, 1]),
        ["ℓ₁ norm"] = Row.Of(x => x.Norm1(), x => linalg.vector_norm(x, 1.0), [1, 0, -2]),
        ["ℓ₂ norm"] = Row.Of(x => x.Norm2(), x => x.norm(), [0, 0, 0]),
        ["ℓ₂ norm of rows"] = Row.Of(x => x.Reshape([2, 2]).Norm2(1), x => x.reshape(2, 2).norm(1, false, 2), [0, 0, 3, 4]),
        ["ℓ∞ norm"] = Row.Of(x => x.NormInfinity(), x => x.norm(float.PositiveInfinity), [1, -1, 0]),
        ["where"] = Row.Of(x => Operations.Where([true, false, true], x, x * 2.0), x => where(tensor([true, false, true]), x, x * 2), [0, 0, 1]),
        ["cross-entropy"] = Row.Of(x => x.Reshape([1, 3])
            .CrossEntropy(x.Tape.Indices([1], [1])), x => functional.cross_entropy(x.reshape(1, 3), tensor(new long[] { 1 })), [1, 1, 1]),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientsAgreeAtTheKinks(string name)
    {
        LibTorch.SkipUnlessLoaded();
        Row row = Rows[name];
        foreach (double scale in (double[])[1, -2.5])
        {
            using Tape<double> tape = new(null, Selections.PyTorch);
            Var<double>[] ours = Array.ConvertAll(row.Points, point => tape.Variable([point.Length], point));
            Var<double> output = row.Ours(ours);
            double[] weights = [.. Enumerable.Range(0, output.Shape.Count).Select(i => scale * (1 + (0.5 * i)))];
            Gradients<double> gradients = tape.Backward((output * tape.Constant(output.Shape, weights)).Sum());

            using DisposeScope scope = NewDisposeScope();
            Tensor[] theirs = Array.ConvertAll(row.Points, point => tensor(point, requires_grad: true));
            Tensor value = row.Theirs(theirs);
            (value * tensor(weights).reshape(value.shape)).sum().backward();
            AssertClose(value.data<double>().ToArray(), output.ToArray());
            for (int i = 0; i < ours.Length; i++)
                AssertClose(theirs[i].grad!.data<double>().ToArray(), gradients[ours[i]].ToArray());
        }
    }

    // Functions differ in their last digits (libtorch keeps 1/6 in single precision); a choice at a kink does not.
    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsFinite(expected[i]))
                Assert.Equal(expected[i], actual[i], 1e-6);
            else
                Assert.Equal(expected[i], actual[i]);
        }
    }

    private sealed record Row(Func<Var<double>[], Var<double>> Ours, Func<Tensor[], Tensor> Theirs, double[][] Points)
    {
        public static Row Of(Func<Var<double>, Var<double>> ours, Func<Tensor, Tensor> theirs, double[] point) =>
            new(x => ours(x[0]), x => theirs(x[0]), [point]);

        public static Row OfTwo(Func<Var<double>, Var<double>, Var<double>> ours, Func<Tensor, Tensor, Tensor> theirs, double[] first, double[] second) =>
            new(x => ours(x[0], x[1]), x => theirs(x[0], x[1]), [first, second]);
    }
}
