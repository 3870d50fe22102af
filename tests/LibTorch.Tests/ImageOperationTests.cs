using ConservativeAD.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConservativeAD.LibTorch.Tests;

/// <summary>Values and gradients of convolutions, poolings, normalisations and interpolations, compared with libtorch.</summary>
public class ImageOperationTests
{
    private static readonly Dictionary<string, Row> Rows = new()
    {
        ["conv1d"] = new(x => x[0].Conv1d(x[1], x[2], 2, 3, 2, 2), x => functional.conv1d(x[0], x[1], x[2], 2, 3, 2, 2), [2, 4, 9], [6, 2, 3], [6]),
        ["conv1d same"] = new(x => x[0].Conv1d(x[1], dilation: 3, same: true),
            x => functional.conv1d(functional.pad(x[0], [4, 5]), x[1], dilation: 3), [2, 3, 9], [5, 3, 4]),
        ["conv2d"] = new(x => x[0].Conv2d(x[1], x[2], (1, 2), (2, 0), (2, 1)),
            x => functional.conv2d(x[0], x[1], x[2], [1, 2], [2, 0], [2, 1]), [2, 3, 7, 8], [4, 3, 3, 2], [4]),
        ["conv3d"] = new(x => x[0].Conv3d(x[1], x[2], (2, 1, 1), (1, 0, 2), (1, 2, 1), 2),
            x => functional.conv3d(x[0], x[1], x[2], [2, 1, 1], [1, 0, 2], [1, 2, 1], 2), [2, 4, 5, 6, 4], [4, 2, 2, 3, 2], [4]),
        ["transposed conv1d"] = new(x => x[0].ConvTranspose1d(x[1], x[2], 3, 1, 2, 2),
            x => functional.conv_transpose1d(x[0], x[1], x[2], 3, 1, 2, dilation: 2), [2, 4, 5], [4, 3, 3], [3]),
        ["transposed conv2d"] = new(x => x[0].ConvTranspose2d(x[1], x[2], (2, 1), (1, 0), (1, 1), (1, 2), 2),
            x => functional.conv_transpose2d(x[0], x[1], x[2], [2, 1], [1, 0], [1, 1], [1, 2], 2), [2, 4, 3, 5], [4, 3, 3, 2], [6]),
        ["transposed conv3d"] = new(x => x[0].ConvTranspose3d(x[1], x[2], (2, 1, 3), (1, 0, 1), (1, 0, 2)),
            x => functional.conv_transpose3d(x[0], x[1], x[2], [2, 1, 3], [1, 0, 1], [1, 0, 2]), [2, 2, 3, 2, 3], [2, 3, 3, 2, 2], [3]),
        ["max-pool 1-D"] = new(x => x[0].MaxPool1d(3, 2, 1, null, 2, true), x => functional.max_pool1d(x[0], 3, 2, 1, 2, true), [2, 3, 10]),
        ["max-pool 2-D"] = new(x => x[0].MaxPool2d((3, 2), (2, 1), (1, 0), null, (1, 2), true),
            x => functional.max_pool2d(x[0], [3, 2], [2, 1], [1, 0], [1, 2], true), [2, 3, 8, 9]),
        ["max-pool 3-D"] = new(x => x[0].MaxPool3d(2, (2, 1, 2), 1, roundUp: true),
            x => functional.max_pool3d(x[0], [2, 2, 2], [2, 1, 2], [1, 1, 1], ceil_mode: true), [2, 3, 4, 5, 6]),
        ["average-pool 1-D"] = new(x => x[0].AveragePool1d(3, 2, 1, true, true), x => functional.avg_pool1d(x[0], 3, 2, 1, true, true), [2, 3, 10]),
        ["average-pool 2-D"] = new(x => x[0].AveragePool2d((3, 2), (2, 3), (1, 1), false, true),
            x => functional.avg_pool2d(x[0], [3, 2], [2, 3], [1, 1], true, false), [2, 3, 8, 9]),
        ["average-pool 3-D"] = new(x => x[0].AveragePool3d(2, (2, 1, 2), 1, true, true),
            x => functional.avg_pool3d(x[0], [2, 2, 2], [2, 1, 2], [1, 1, 1], true, true), [2, 3, 4, 5, 6]),
        ["adaptive max-pool 1-D"] = new(x => x[0].AdaptiveMaxPool1d(4), x => functional.adaptive_max_pool1d(x[0], 4), [2, 3, 10]),
        ["adaptive average-pool 2-D"] = new(x => x[0].AdaptiveAveragePool2d((3, 7)), x => functional.adaptive_avg_pool2d(x[0], [3, 7]), [2, 3, 8, 5]),
        ["adaptive average-pool 3-D"] = new(x => x[0].AdaptiveAveragePool3d((3, 2, 4)), x => functional.adaptive_avg_pool3d(x[0], [3, 2, 4]), [2, 2, 4, 5, 6]),
        ["group norm"] = new(x => x[0].GroupNorm(2, x[1], x[2]), x => functional.group_norm(x[0], 2, x[1], x[2]), [3, 4, 5, 2], [4], [4]),
        ["instance norm"] = new(x => x[0].InstanceNorm(x[1], x[2]), x => functional.group_norm(x[0], 4, x[1], x[2]), [3, 4, 5, 2], [4], [4]),
        ["rms norm"] = new(x => x[0].RmsNorm(x[1], 1e-3), x => x[0] * torch.rsqrt(x[0].square().mean([2], true) + 1e-3) * x[1], [3, 4, 5], [5]),
        ["nearest"] = new(x => x[0].InterpolateBy([1.7]), x => functional.interpolate(x[0], scale_factor: [1.7], mode: torch.InterpolationMode.Nearest),
            [2, 3, 7]),
        ["linear"] = new(x => x[0].InterpolateBy([1.7], InterpolationMode.Linear),
            x => functional.interpolate(x[0], scale_factor: [1.7], mode: torch.InterpolationMode.Linear, align_corners: false), [2, 3, 7]),
        ["bilinear"] = new(x => x[0].Interpolate([9, 3], InterpolationMode.Linear),
            x => functional.interpolate(x[0], [9, 3], mode: torch.InterpolationMode.Bilinear, align_corners: false), [2, 3, 4, 7]),
        ["bilinear, aligned"] = new(x => x[0].Interpolate([9, 3], InterpolationMode.Linear, true),
            x => functional.interpolate(x[0], [9, 3], mode: torch.InterpolationMode.Bilinear, align_corners: true), [2, 3, 4, 7]),
        ["bicubic"] = new(x => x[0].Interpolate([9, 3], InterpolationMode.Cubic),
            x => functional.interpolate(x[0], [9, 3], mode: torch.InterpolationMode.Bicubic, align_corners: false), [2, 3, 4, 7]),
        ["bicubic, aligned"] = new(x => x[0].Interpolate([9, 3], InterpolationMode.Cubic, true),
            x => functional.interpolate(x[0], [9, 3], mode: torch.InterpolationMode.Bicubic, align_corners: true), [2, 3, 4, 7]),
        ["trilinear"] = new(x => x[0].InterpolateBy([1.5, 2, 0.6], InterpolationMode.Linear),
            x => functional.interpolate(x[0], scale_factor: [1.5, 2, 0.6], mode: torch.InterpolationMode.Trilinear, align_corners: false), [2, 2, 3, 2, 7]),
        ["pixel shuffle"] = new(x => x[0].PixelShuffle(2), x => functional.pixel_shuffle(x[0], 2), [2, 8, 3, 2]),
        ["pixel unshuffle"] = new(x => x[0].PixelUnshuffle(2), x => functional.pixel_unshuffle(x[0], 2), [2, 2, 4, 6]),
        ["pad reflected"] = new(x => x[0].PadReflected([1, 3], [2, 0]), x => functional.pad(x[0], [3, 0, 1, 2], PaddingModes.Reflect), [2, 2, 4, 6]),
        ["pad replicated"] = new(x => x[0].PadReplicated([1, 3], [2, 9]), x => functional.pad(x[0], [3, 9, 1, 2], PaddingModes.Replicate), [2, 2, 4, 6]),
        ["pad circular"] = new(x => x[0].PadCircular([1, 3], [2, 6]), x => functional.pad(x[0], [3, 6, 1, 2], PaddingModes.Circular), [2, 2, 4, 6]),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ValuesAndGradientsAgree(string name)
    {
        LibTorch.SkipUnlessLoaded();
        Row row = Rows[name];
        double[][] points = [.. row.Shapes.Select((shape, input) => Draw(shape.Aggregate(1, (product, extent) => product * extent), input))];
        using Tape<double> tape = new(null, Selections.PyTorch);
        Var<double>[] ours = [.. points.Select((point, input) => tape.Variable(new Shape(row.Shapes[input]), point))];
        Var<double> output = row.Ours(ours);
        double[] weights = Draw(output.Shape.Count, 9);
        Gradients<double> gradients = tape.Backward((output * tape.Constant(output.Shape, weights)).Sum());

        using DisposeScope scope = NewDisposeScope();
        Tensor[] theirs =
        [
            .. points.Select((point, input) => tensor(point).reshape(Array.ConvertAll(row.Shapes[input], extent => (long)extent)).requires_grad_()),
        ];
        Tensor value = row.Theirs(theirs);
        Assert.Equal(value.shape, Enumerable.Range(0, output.Shape.Rank).Select(axis => (long)output.Shape[axis]));
        (value * tensor(weights).reshape(value.shape)).sum().backward();
        AssertClose(value.contiguous().data<double>().ToArray(), output.ToArray());
        for (int i = 0; i < ours.Length; i++)
            AssertClose(theirs[i].grad!.contiguous().data<double>().ToArray(), gradients[ours[i]].ToArray());
    }

    private static double[] Draw(int count, int stream)
    {
        double[] values = new double[count];
        new Philox(12, (ulong)stream).Uniform<double>(values, -1, 1);
        return values;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-10 * (1 + Math.Abs(expected[i])));
    }

    private sealed record Row(Func<Var<double>[], Var<double>> Ours, Func<Tensor[], Tensor> Theirs, params int[][] Shapes);
}
