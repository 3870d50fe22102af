using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>What layers that convolve have in common: weights of every group of channels, and a bias.</summary>
/// <typeparam name="T">The element type.</typeparam>
public abstract class ConvolutionLayer<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected ConvolutionLayer(string name, int inputs, int outputs, ReadOnlySpan<int> kernel, int groups, bool bias, bool isTransposed,
        Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        string layer = string.IsNullOrEmpty(name) ? "A convolution without a name" : $"Convolution '{name}'";
        if (inputs < 1 || outputs < 1 || groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException(
                $"{layer}: {inputs} input and {outputs} output channels were given with {groups} group(s); there is at least one of each, and groups divide "
                    + "the channels.");
        if (kernel.ContainsAnyExceptInRange(1, int.MaxValue))
            throw new ArgumentException($"{layer}: a kernel of {string.Join(" × ", kernel.ToArray())} was given; it is at least 1 along each axis.");
        Groups = groups;
        (int rows, int columns) = isTransposed ? (inputs, outputs / groups) : (outputs, inputs / groups);
        int fanIn = columns;
        foreach (int extent in kernel)
            fanIn = checked(fanIn * extent);
        Weight = initializer.Uniform<T>(PathOf(name, "weight"), new Shape([rows, columns, .. kernel]), fanIn);
        Bias = bias ? initializer.Uniform<T>(PathOf(name, "bias"), Shape.Of(outputs), fanIn) : null;
    }

    /// <summary>The weights, of shape [outputs, inputs / groups, kernel …]; of a transposed convolution [inputs, outputs / groups, kernel …].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The bias, of shape [outputs].</summary>
    public Parameter<T>? Bias { get; }

    /// <summary>The number of independent groups of channels.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <summary>The bias on the tape of a value.</summary>
    private protected Var<T>? BiasOn(Var<T> x) => Bias is null ? null : x.Tape.Parameter(Bias);
}
