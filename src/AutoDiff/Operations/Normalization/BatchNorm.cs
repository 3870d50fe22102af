using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Batch normalisation.</content>
public static partial class Operations
{
    /// <summary>
    /// Batch normalisation (Ioffe, Szegedy 2015) with the statistics of the batch: every channel is standardised over the batch and its positions, then scaled
    /// and shifted.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <param name="mean">The destination of the batch's means, [channels], or the default value.</param>
    /// <param name="variance">The destination of the batch's variances (over n, not n − 1), or the default value.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Var<T> BatchNorm<T>(this Var<T> x, Var<T> scale, Var<T> shift, double epsilon = 1e-5, in NDArray<T> mean = default,
        in NDArray<T> variance = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape channels = Channels(x.Shape, scale.Shape, shift.Shape);
        Standardization.CheckEpsilon(epsilon);
        int inner = 1;
        for (int axis = 2; axis < x.Shape.Rank; axis++)
            inner *= x.Shape[axis];
        NormalizationShape groups = new(x.Shape[0], x.Shape[1], inner, true);
        return x.Tape.Record(new Normalize<T>(groups, channels, channels, epsilon, mean, variance), x, scale, shift);
    }

    /// <summary>Batch normalisation with given statistics, as used after training; affine in x.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, …].</param>
    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="mean">[channels]; a constant.</param>
    /// <param name="variance">[channels]; a constant.</param>
    /// <param name="epsilon">Added to the variance; above 0.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Var<T> BatchNorm<T>(this Var<T> x, Var<T> scale, Var<T> shift, in NDArray<T> mean, in NDArray<T> variance, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape channels = Channels(x.Shape, scale.Shape, shift.Shape);
        if (mean.Count != scale.Shape.Count || variance.Count != scale.Shape.Count)
            throw new ArgumentException(
                $"batch normalisation: means of shape {mean.Shape} and variances of {variance.Shape} were given for {scale.Shape.Count} channels.");
        Standardization.CheckEpsilon(epsilon);
        Tape<T> tape = x.Tape;
        Var<T> deviation = tape.Constant(variance.Reshape(channels)).Shift(epsilon).Sqrt();
        return ((x - tape.Constant(mean.Reshape(channels))) * (scale.Apply(new Reshape<T>(channels)) / deviation)) + shift.Apply(new Reshape<T>(channels));
    }

    private static Shape Channels(in Shape input, in Shape scale, in Shape shift)
    {
        if (input.Rank < 2 || scale != Shape.Of(input[1]) || shift != scale)
            throw new ArgumentException(
                $"batch normalisation: scale {scale} and shift {shift} do not fit an input of shape {input}; the input is [batch, channels, …] and both are "
                    + $"[channels].");
        Span<int> extents = stackalloc int[input.Rank - 1];
        extents.Fill(1);
        extents[0] = input[1];
        return new Shape(extents);
    }
}
