using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Channels as pixels, and back.</content>
public static partial class Operations
{
    /// <summary>Puts factor² channels of every pixel side by side as a square of pixels (Shi et al. 2016).</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels·factor², height, width].</param>
    /// <param name="factor">The side of the square.</param>
    /// <returns>[batch, channels, height·factor, width·factor].</returns>
    /// <exception cref="ArgumentException">The value is no stack of images, or factor² does not divide its channels.</exception>
    public static Var<T> PixelShuffle<T>(this Var<T> x, int factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (shape.Rank != 4 || factor < 1 || shape[1] % ((long)factor * factor) != 0)
            throw new ArgumentException(
                $"pixel shuffle: a factor of {factor} was given for shape {shape}; it must be [batch, channels·factor², height, width].");
        int channels = (int)(shape[1] / ((long)factor * factor));
        return x.Apply(new Reshape<T>(Shape.Of(shape[0], channels, factor, factor, shape[2], shape[3]))).Permute(0, 1, 4, 2, 5, 3)
            .Apply(new Reshape<T>(Shape.Of(shape[0], channels, checked(shape[2] * factor), checked(shape[3] * factor))));
    }

    /// <summary>Stacks the pixels of every square as channels of one pixel: the inverse of <c>PixelShuffle</c>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, height·factor, width·factor].</param>
    /// <param name="factor">The side of the square.</param>
    /// <returns>[batch, channels·factor², height, width].</returns>
    /// <exception cref="ArgumentException">The value is no stack of images, or the factor does not divide height and width.</exception>
    public static Var<T> PixelUnshuffle<T>(this Var<T> x, int factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = x.Shape;
        if (shape.Rank != 4 || factor < 1 || shape[2] % factor != 0 || shape[3] % factor != 0)
            throw new ArgumentException(
                $"pixel unshuffle: a factor of {factor} was given for shape {shape}; it must be [batch, channels, height·factor, width·factor].");
        int height = shape[2] / factor, width = shape[3] / factor;
        return x.Apply(new Reshape<T>(Shape.Of(shape[0], shape[1], height, factor, width, factor))).Permute(0, 1, 3, 5, 2, 4)
            .Apply(new Reshape<T>(Shape.Of(shape[0], checked(shape[1] * factor * factor), height, width)));
    }
}
