using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Windows of images as columns.</content>
public static partial class Operations
{
    /// <summary>The windows of images as columns, as a convolution reads them (im2col); windows may overlap.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Images: [batch, channels, height, width].</param>
    /// <param name="kernel">Height and width of a window.</param>
    /// <param name="stride">The distance between windows.</param>
    /// <param name="padding">The number of zeros around every side of the images.</param>
    /// <param name="dilation">The distance between neighbouring elements of a window.</param>
    /// <returns>[batch, channels·kernel·kernel, windows], windows in row-major order.</returns>
    /// <exception cref="ArgumentException">The value is no stack of images, a number is out of range, or no window fits.</exception>
    public static Var<T> Unfold<T>(this Var<T> x, int kernel, int stride = 1, int padding = 0, int dilation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (shape.Rank != 4)
            throw new ArgumentException($"unfold: a value of shape {shape} was given; images are [batch, channels, height, width].", nameof(x));
        int[] positions = WindowPositions(shape[2], shape[3], kernel, stride, padding, dilation, "unfold", out int windows);
        Var<T> padded = padding == 0 ? x : x.Pad([padding, padding], [padding, padding]);
        Var<T> flat = padded.Apply(new Reshape<T>(Shape.Of(shape[0], shape[1], padded.Shape[2] * padded.Shape[3])));
        return flat.Take(2, x.Tape.Indices(Shape.Of(kernel * kernel, windows), positions))
            .Apply(new Reshape<T>(Shape.Of(shape[0], shape[1] * kernel * kernel, windows)));
    }

    /// <summary>The images whose every element is the sum of all elements of windows at its place: the adjoint of <c>Unfold</c> (col2im).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">Windows as columns: [batch, channels·kernel·kernel, windows].</param>
    /// <param name="height">The height of the images.</param>
    /// <param name="width">The width of the images.</param>
    /// <param name="kernel">Height and width of a window.</param>
    /// <param name="stride">The distance between windows.</param>
    /// <param name="padding">The number of zeros that were around every side of the images; what falls on them is dropped.</param>
    /// <param name="dilation">The distance between neighbouring elements of a window.</param>
    /// <returns>[batch, channels, height, width].</returns>
    /// <exception cref="ArgumentException">The shape does not fit the windows of such images, or a number is out of range.</exception>
    public static Var<T> Fold<T>(this Var<T> x, int height, int width, int kernel, int stride = 1, int padding = 0, int dilation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] positions = WindowPositions(height, width, kernel, stride, padding, dilation, "fold", out int windows);
        Shape shape = x.Shape;
        if (shape.Rank != 3 || shape[1] % (kernel * kernel) != 0 || shape[2] != windows)
            throw new ArgumentException(
                $"fold: a value of shape {shape} was given; images of {height} × {width} need [batch, channels·{kernel * kernel}, {windows}].", nameof(x));
        int planes = shape[0] * (shape[1] / (kernel * kernel)), paddedHeight = height + (2 * padding), paddedWidth = width + (2 * padding);
        int[] repeated = new int[checked(planes * positions.Length)];
        for (int plane = 0; plane < planes; plane++)
            positions.CopyTo(repeated, plane * positions.Length);
        Shape flat = Shape.Of(planes, paddedHeight * paddedWidth), columns = Shape.Of(planes, positions.Length);
        Var<T> zeros = x.Tape.Constant(T.Zero).Apply(new BroadcastTo<T>(flat));
        return zeros.ScatterAdd(1, x.Tape.Indices(columns, repeated), x.Apply(new Reshape<T>(columns)))
            .Apply(new Reshape<T>(Shape.Of(shape[0], shape[1] / (kernel * kernel), paddedHeight, paddedWidth)))
            .Slice(2, padding, height).Slice(3, padding, width);
    }

    // Where in a padded image each element of a window lies: [kernel·kernel, windows].
    private static int[] WindowPositions(int height, int width, int kernel, int stride, int padding, int dilation, string operation, out int windows)
    {
        if (kernel < 1 || stride < 1 || dilation < 1 || padding < 0)
            throw new ArgumentException(
                $"{operation}: kernel {kernel}, stride {stride}, padding {padding} and dilation {dilation} were given; padding must not be negative, the "
                    + "others at least 1.");
        int reach = checked((dilation * (kernel - 1)) + 1), paddedHeight = checked(height + (2 * padding)), paddedWidth = checked(width + (2 * padding));
        if (reach > paddedHeight || reach > paddedWidth)
            throw new ArgumentException(
                $"{operation}: a window of {reach} × {reach} does not fit images of {height} × {width} with padding {padding}.");
        int down = ((paddedHeight - reach) / stride) + 1, across = ((paddedWidth - reach) / stride) + 1;
        windows = checked(down * across);
        int[] positions = new int[checked(kernel * kernel * windows)];
        int next = 0;
        for (int tap = 0; tap < kernel * kernel; tap++)
        {
            for (int window = 0; window < windows; window++)
            {
                int row = ((window / across) * stride) + ((tap / kernel) * dilation), column = ((window % across) * stride) + ((tap % kernel) * dilation);
                positions[next++] = (row * paddedWidth) + column;
            }
        }

        return positions;
    }
}
