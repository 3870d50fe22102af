using System.Numerics;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Transposed convolution of sequences.</content>
public static partial class Operations
{
    /// <summary>Transposed convolution of sequences, plus b: every element of x puts W, times itself, into the output.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">[batch, channels, length].</param>
    /// <param name="weight">[channels, out / groups, kernel].</param>
    /// <param name="bias">[out]; 0 if null.</param>
    /// <param name="stride">Positions of the output from one position of the input to the next.</param>
    /// <param name="padding">Positions taken away on each side of the output.</param>
    /// <param name="outputPadding">Positions added at the end; less than the stride or the dilation.</param>
    /// <param name="dilation">Positions from one kernel element to the next.</param>
    /// <param name="groups">The number of independent groups of channels.</param>
    /// <returns>[batch, out, (length − 1)·stride − 2·padding + (kernel − 1)·dilation + 1 + output padding].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, or a number is out of range.</exception>
    public static Var<T> ConvTranspose1d<T>(this Var<T> x, Var<T> weight, Var<T>? bias = null, int stride = 1, int padding = 0, int outputPadding = 0,
        int dilation = 1, int groups = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvolutionArguments arguments = new("transposed conv1d", x.Shape, weight.Shape, groups);
        arguments.Check(bias?.Shape, 1, true);
        int length = arguments.TransposedExtent(0, stride, padding, outputPadding, dilation);
        return x.AsRow().Spread(weight.AsRow(), bias, 1, length, new Size2d(1, stride), new Size2d(0, padding), new Size2d(1, dilation), groups,
            new Size2d(0, outputPadding)).AsSequence();
    }
}
