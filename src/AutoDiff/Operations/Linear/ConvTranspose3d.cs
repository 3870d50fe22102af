using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Transposed convolution of volumes.</content>
public static partial class Operations
{
    /// <summary>
    /// Transposed convolution of volumes, plus b: every element of x puts W, times itself, into the output. Each slice of the output is a transposed
    /// convolution of images whose channels are those of all slices that reach it, so that each of its elements is one sum.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, depth, height, width].</param>
    /// <param name="weight">[channels, out / groups, kernel depth, kernel height, kernel width].</param>
    /// <param name="bias">[out]; 0 if null.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next; 1 if null.</param>
    /// <param name="padding">Positions taken away on each side of the output; 0 if null.</param>
    /// <param name="outputPadding">Positions added at the end of each axis; less than the stride or the dilation; 0 if null.</param>
    /// <param name="dilation">Positions from one kernel element to the next; 1 if null.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <returns>[batch, out, slices, rows, columns].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
    public static Var<T> ConvTranspose3d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, Size3d? stride = null, Size3d? padding = null,
        Size3d? outputPadding = null, Size3d? dilation = null, int groups = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvolutionArguments arguments = new("transposed conv3d", x.Shape, weight.Shape, groups);
        arguments.Check(bias?.Shape, 3, true);
        Size3d step = stride ?? Size3d.One, around = padding ?? 0, more = outputPadding ?? 0, apart = dilation ?? Size3d.One;
        int slices = arguments.TransposedExtent(0, step.Depth, around.Depth, more.Depth, apart.Depth),
            height = arguments.TransposedExtent(1, step.Height, around.Height, more.Height, apart.Height),
            width = arguments.TransposedExtent(2, step.Width, around.Width, more.Width, apart.Width);
        Shape w = weight.Shape;
        int kernel = w[2];
        int pairs = checked(slices * kernel);
        Span<int> reaching = pairs <= SlicesOnStack ? stackalloc int[pairs] : new int[pairs];
        for (int i = 0; i < reaching.Length; i++)
        {
            long from = (i / kernel) + (long)around.Depth - ((long)(i % kernel) * apart.Depth);
            reaching[i] = from < 0 || from % step.Depth != 0 || from / step.Depth >= x.Shape[2] ? -1 : (int)(from / step.Depth);
        }

        Var<T> filters = weight.Permute(0, 2, 1, 3, 4).Apply(new Reshape<T>(Shape.Of(w[0] * kernel, w[1], w[3], w[4])));
        return x.SlicesAsChannels(reaching, kernel).Spread(filters, bias, height, width, step.Slice, around.Slice, apart.Slice, groups, more.Slice)
            .AsVolumes(x.Shape[0], slices);
    }
}
