using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A fully connected layer, x·Wᵀ + b.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Linear<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the layer, with weights and bias uniform in ±1/√inputs.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameters' names.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Linear(string name, int inputs, int outputs, Initializer initializer, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        Weight = initializer.Uniform<T>(PathOf(name, "weight"), Shape.Of(outputs, inputs), inputs);
        Bias = bias ? initializer.Uniform<T>(PathOf(name, "bias"), Shape.Of(outputs), inputs) : null;
    }

    /// <summary>W, of shape [outputs, inputs].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>b, of shape [outputs].</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter<T>> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => Bias is null
        ? x.Linear(x.Tape.Parameter(Weight))
        : x.Linear(x.Tape.Parameter(Weight), x.Tape.Parameter(Bias));
}
