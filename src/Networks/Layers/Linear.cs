using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A fully connected layer, x·Wᵀ + b.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Linear<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the layer; weights and bias uniform in ±1/√inputs.</summary>
    /// <param name="name">Its name, the beginning of its parameters' names.</param>
    /// <param name="inputs">Numbers in.</param>
    /// <param name="outputs">Numbers out.</param>
    /// <param name="initializer">Where the initial parameters come from.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Linear(string name, int inputs, int outputs, Initializer initializer, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        Weight = initializer.Uniform<T>($"{name}.weight", Shape.Of(outputs, inputs), inputs);
        Bias = bias ? initializer.Uniform<T>($"{name}.bias", Shape.Of(outputs), inputs) : null;
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
