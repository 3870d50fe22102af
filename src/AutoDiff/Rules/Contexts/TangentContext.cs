using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets when tangents are carried forward.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct TangentContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly Tangents<T> tangents;

    internal TangentContext(Node<T> node, Tangents<T> tangents)
    {
        this.node = node;
        this.tangents = tangents;
    }

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    /// <summary>The tape's selections.</summary>
    public Selections Selections => node.Record.Selections;

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>The array to write the output's tangent to: contiguous, in the output's shape. Every element must be written.</summary>
    public NDArray<T> OutputTangent => tangents[node.Index];

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>Whether an input has a tangent; the tangent of any other input is 0.</summary>
    /// <param name="index">The index of the input.</param>
    public bool Moves(int index) => tangents.Has(node.InputNode(index));

    /// <summary>The tangent of an input, in its shape; zeros if it has none.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Tangent(int index) => tangents.OrZeros(node.InputNode(index));

    /// <summary>The tangent of an input if it is contiguous, otherwise a contiguous copy; return the copy with <see cref="ReturnCopy"/>.</summary>
    /// <param name="index">The index of the input.</param>
    /// <param name="copy">The copy, or the default value if none was made.</param>
    public NDArray<T> ContiguousTangent(int index, out NDArray<T> copy)
    {
        NDArray<T> tangent = Tangent(index);
        copy = default;
        if (tangent.IsContiguous)
            return tangent;
        copy = Rent(tangent.Shape);
        Device.Copy(tangent, copy);
        return copy;
    }

    /// <summary>Returns a copy, if one was made.</summary>
    /// <param name="copy">The copy that <see cref="ContiguousTangent"/> set.</param>
    public void ReturnCopy(in NDArray<T> copy)
    {
        if (!copy.IsNone)
            Return(copy);
    }

    /// <summary>Rents contiguous memory for the duration of this computation; return it with <see cref="Return"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => node.Rent(shape);

    /// <summary>Rents memory for indices for the duration of this call; return it with <see cref="ReturnIndices"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => node.RentIndices(shape);

    /// <summary>Returns memory for indices.</summary>
    /// <param name="indices">The array from <see cref="RentIndices"/>.</param>
    public void ReturnIndices(in NDArray<int> indices) => node.Return(indices);

    /// <summary>Returns temporary memory.</summary>
    /// <param name="array">The array from <see cref="Rent"/>.</param>
    public void Return(in NDArray<T> array) => node.Return(array);
}
