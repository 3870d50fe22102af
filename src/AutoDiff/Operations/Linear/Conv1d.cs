using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Convolution of sequences.</content>
public static partial class Operations
{
    /// <summary>x ∗ W + b, for sequences: a convolution of images with one row.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, length].</param>
    /// <param name="weight">[out, channels / groups, kernel].</param>
    /// <param name="bias">[out]; 0 if null.</param>
    /// <param name="stride">Positions from one placement of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <param name="same">
    /// Whether zeros are put around the sequences so that the output has ⌈length / stride⌉ positions: as many on both sides or, where that is not possible,
    /// one more at the end.
    /// </param>
    /// <returns>[batch, out, positions].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
    public static Var<T> Conv1d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool same = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvolutionArguments arguments = new("conv1d", x.Shape, weight.Shape, groups);
        arguments.Check(bias?.Shape, 1, false);
        (int before, int after) = arguments.Zeros(0, stride, padding, dilation, same);
        Var<T> padded = after == before ? x : x.Pad([0], [after - before]);
        return padded.AsRow().Convolved(weight.AsRow(), bias, new Size2d(1, stride), new Size2d(0, before), new Size2d(1, dilation), groups).AsSequence();
    }

    // Sequences as images of one row, and back.
    private static Var<T> AsRow<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Reshape<T>(Shape.Of(x.Shape[0], x.Shape[1], 1, x.Shape[2])));

    private static Var<T> AsSequence<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new Reshape<T>(Shape.Of(x.Shape[0], x.Shape[1], x.Shape[3])));
}
