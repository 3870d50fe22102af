using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets when its pullback is differentiated along the tangents.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct SecondOrderContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly Cotangents<T> cotangents;
    private readonly Tangents<T> tangents;

    internal SecondOrderContext(Node<T> node, Cotangents<T> cotangents, Tangents<T> tangents, Selections selections)
    {
        this.node = node;
        this.cotangents = cotangents;
        this.tangents = tangents;
        Selections = selections;
    }

    /// <summary>The facts of the operation.</summary>
    public OperationFacts Operation => node.Facts;

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    /// <summary>The selections of this pass.</summary>
    public Selections Selections { get; }

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>The tangent of the output; contiguous.</summary>
    public NDArray<T> OutputTangent => tangents[node.Index];

    /// <summary>The cotangent of the output; contiguous.</summary>
    public NDArray<T> Cotangent => cotangents.Other(node.Index);

    /// <summary>
    /// The view that the rule's pullback gets, for code that both share. Whatever is written through it to the inputs' cotangents counts as written through
    /// <see cref="InputCotangent"/>. Its own cotangent is the tangent of <see cref="Cotangent"/>, which the engine pulls back itself.
    /// </summary>
    public PullbackContext<T> Pullback => new(node, cotangents, tangents, Selections);

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>Whether an input has a tangent; at least one input does.</summary>
    /// <param name="index">The index of the input.</param>
    public bool Moves(int index) => tangents.Has(node.InputNode(index));

    /// <summary>The tangent of an input, in its shape: contiguous if it has one, otherwise zeros.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Tangent(int index) => tangents.OrZeros(node.InputNode(index));

    /// <summary>Whether an input needs a cotangent.</summary>
    /// <param name="index">The index of the input.</param>
    public bool Needs(int index) => node.Needs(index);

    /// <summary>The array to write the tangent of an input's cotangent to, like <see cref="PullbackContext{T}.InputCotangent"/>.</summary>
    /// <param name="index">The index of the input.</param>
    /// <param name="accumulate">Whether to add instead of overwrite.</param>
    public NDArray<T> InputCotangent(int index, out bool accumulate) => cotangents.Into(node.InputNode(index), out accumulate);

    /// <summary>Rents contiguous memory for the duration of this call; return it with <see cref="Return"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => node.Rent(shape);

    /// <summary>Returns temporary memory.</summary>
    /// <param name="array">The array from <see cref="Rent"/>.</param>
    public void Return(in NDArray<T> array) => node.Return(array);
}
