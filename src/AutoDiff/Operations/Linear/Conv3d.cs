using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Convolution of volumes.</content>
public static partial class Operations
{
    private const int SlicesOnStack = 512;

    /// <summary>
    /// x ∗ W + b, for volumes: a convolution of images whose channels are those of all slices that the kernel covers, so that each output is one sum.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, depth, height, width].</param>
    /// <param name="weight">[out, channels / groups, kernel depth, kernel height, kernel width].</param>
    /// <param name="bias">[out]; 0 if null.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next; 1 if null.</param>
    /// <param name="padding">Zeros on each side; 0 if null.</param>
    /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="same">
    /// Whether zeros are put around the volumes so that the output has ⌈extent / stride⌉ positions: as many on both sides or, where that is not possible,
    /// one more at the end.
    /// </param>
    /// <returns>[batch, out, slices, rows, columns].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
    public static Var<T> Conv3d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null,
        int groups = 1, bool same = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvolutionArguments arguments = new("conv3d", x.Shape, weight.Shape, groups);
        arguments.Check(bias?.Shape, 3, false);
        Size3d step = stride ?? Size3d.One, around = padding ?? 0, apart = dilation ?? Size3d.One;
        (int front, int back) = arguments.Zeros(0, step.Depth, around.Depth, apart.Depth, same);
        (int top, int bottom) = arguments.Zeros(1, step.Height, around.Height, apart.Height, same);
        (int left, int right) = arguments.Zeros(2, step.Width, around.Width, apart.Width, same);
        int batch = x.Shape[0], depth = x.Shape[2], kernel = weight.Shape[2], slices = (int)((depth + (long)front + back - ((kernel - 1L) * apart.Depth) - 1)
            / step.Depth) + 1;
        Var<T> padded = bottom == top && right == left ? x : x.Pad([0, 0], [bottom - top, right - left]);
        int pairs = checked(slices * kernel);
        Span<int> covered = pairs <= SlicesOnStack ? stackalloc int[pairs] : new int[pairs];
        for (int i = 0; i < covered.Length; i++)
        {
            int slice = (i / kernel * step.Depth) + (i % kernel * apart.Depth) - front;
            covered[i] = slice < 0 || slice >= depth ? -1 : slice;
        }

        Var<T> images = padded.SlicesAsChannels(covered, kernel);
        Var<T> filters = weight.Apply(new Reshape<T>(Shape.Of(weight.Shape[0], weight.Shape[1] * kernel, weight.Shape[3], weight.Shape[4])));
        return images.Convolved(filters, bias, step.Slice, new Size2d(top, left), apart.Slice, groups).AsVolumes(batch, slices);
    }

    // [batch, channels, depth, height, width] to [batch · outputs, channels · kernel, height, width], with the listed slices; −1 stands for zeros.
    private static Var<T> SlicesAsChannels<T>(this Var<T> x, Span<int> slices, int kernel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        int outputs = slices.Length / kernel, depth = shape[2];
        Var<T> padded = x;
        if (slices.Contains(-1))
        {
            padded = x.Pad([0, 0, 0], [1, 0, 0]);
            slices.Replace(-1, depth);
        }

        return padded.Permute(2, 0, 1, 3, 4).GatherRows(x.Tape.Indices(Shape.Of(outputs, kernel), slices)).Permute(2, 0, 3, 1, 4, 5)
            .Apply(new Reshape<T>(Shape.Of(shape[0] * outputs, shape[1] * kernel, shape[3], shape[4])));
    }

    // [batch · slices, channels, height, width] to [batch, channels, slices, height, width].
    private static Var<T> AsVolumes<T>(this Var<T> x, int batch, int slices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x.Apply(new Reshape<T>(Shape.Of(batch, slices, x.Shape[1], x.Shape[2], x.Shape[3]))).Permute(0, 2, 1, 3, 4);
}
