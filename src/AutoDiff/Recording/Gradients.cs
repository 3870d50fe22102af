using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The gradients of one reverse pass. They live on the tape, until its next reverse pass or reset.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A view of the tape; comparing it has no use.")]
public readonly struct Gradients<T> : IGradientSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int pass;
    private readonly bool isProduct;

    internal Gradients(Tape<T> tape, int pass, bool isProduct = false)
    {
        this.tape = tape;
        this.pass = pass;
        this.isProduct = isProduct;
    }

    /// <summary>The gradient with respect to a variable; zeros where the output does not depend on it.</summary>
    /// <param name="variable">A leaf (parameter or variable) of the tape.</param>
    /// <exception cref="InvalidOperationException">The gradients are gone, or the variable is not a leaf that needs a gradient.</exception>
    public NDArray<T> this[Var<T> variable] => isProduct ? tape.ProductOf(variable, pass) : tape.GradientOf(variable, pass);

    /// <summary>The gradient with respect to a parameter; zeros where the output does not depend on it.</summary>
    /// <param name="parameter">A parameter that was put on the tape with <see cref="Tape{T}.Parameter"/>.</param>
    /// <exception cref="InvalidOperationException">The gradients are gone, or the parameter is not on the tape.</exception>
    public NDArray<T> Of(Parameter<T> parameter) => this[tape.VariableOf(parameter)];

    /// <summary>Whether a parameter took part in the recorded program.</summary>
    /// <param name="parameter">The parameter.</param>
    public bool Has(Parameter<T> parameter) => tape.Holds(parameter);
}
