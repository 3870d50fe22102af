using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The gradients of one reverse pass. They live on the tape until its next reverse pass or reset.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct Gradients<T> : IGradientSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly long pass;
    private readonly bool isProduct;

    internal Gradients(Tape<T> tape, long pass, bool isProduct = false)
    {
        this.tape = tape;
        this.pass = pass;
        this.isProduct = isProduct;
    }

    /// <summary>The gradient with respect to a variable; zeros where the output does not depend on it.</summary>
    /// <param name="variable">A leaf (parameter or variable) of the tape.</param>
    /// <exception cref="InvalidOperationException">The gradients are no longer available, or the variable is not a leaf that needs a gradient.</exception>
    public NDArray<T> this[Var<T> variable] => tape.GradientOf(variable, pass, isProduct);

    /// <summary>The gradient with respect to a parameter; zeros where the output does not depend on it.</summary>
    /// <param name="parameter">A parameter that was put on the tape with <see cref="Tape{T}.Parameter"/>.</param>
    /// <exception cref="InvalidOperationException">The gradients are no longer available, or the parameter is not on the tape.</exception>
    public NDArray<T> Of(Parameter<T> parameter)
    {
        tape.CheckPass(pass);
        return this[tape.VariableOf(parameter)];
    }

    /// <summary>Whether a parameter was used in the recorded program.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="InvalidOperationException">The gradients are no longer available.</exception>
    public bool Has(Parameter<T> parameter)
    {
        tape.CheckPass(pass);
        return tape.Contents.TryFind(parameter, out _);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        tape is null ? "no gradients" : isProduct ? "a product with the Hessian, leaf by leaf" : "the gradients of a reverse pass, leaf by leaf";
}
