using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets in the reverse pass.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct PullbackContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly Cotangents<T> cotangents;
    private readonly Tangents<T> tangents;

    internal PullbackContext(Node<T> node, Cotangents<T> cotangents, Tangents<T> tangents, Selections selections)
    {
        this.node = node;
        this.cotangents = cotangents;
        this.tangents = tangents;
        Selections = selections;
    }

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    /// <summary>The selections of this reverse pass.</summary>
    public Selections Selections { get; }

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>The cotangent of the output; contiguous.</summary>
    public NDArray<T> Cotangent => cotangents[node.Index];

    /// <summary>
    /// The cotangent of the output, which may be a view that repeats elements, as a sum's input gets it. For rules that read any strides: nothing is written.
    /// </summary>
    public NDArray<T> CotangentView => cotangents.View(node.Index);

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>The shape of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public Shape InputShape(int index) => node.InputShape(index);

    /// <summary>The tangent of an input, in its shape, while kinks are locked along a direction; zeros if it has none.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Tangent(int index) => tangents.Deciding(node.Index, index);

    /// <summary>Whether an input needs a cotangent.</summary>
    /// <param name="index">The index of the input.</param>
    public bool Needs(int index) => node.Needs(index);

    /// <summary>
    /// The array to write an input's cotangent to: contiguous, in the input's shape. Write every element, or add to it if <paramref name="accumulate"/> is
    /// true, before requesting the cotangent of another input, because two inputs may be the same variable.
    /// </summary>
    /// <param name="index">The index of the input.</param>
    /// <param name="accumulate">Whether to add instead of overwrite.</param>
    public NDArray<T> InputCotangent(int index, out bool accumulate) => cotangents.Into(node.InputNode(index), out accumulate);

    /// <summary>
    /// Adds an array that broadcasts to an input's shape to the input's cotangent, as the pullback of a sum does. The array may be the output's cotangent. Its
    /// repeated elements are written only if something reads them one by one.
    /// </summary>
    /// <param name="index">The index of the input.</param>
    /// <param name="array">The array.</param>
    public void AddBroadcast(int index, in NDArray<T> array) => cotangents.AddBroadcast(node.InputNode(index), array);

    /// <summary>Sums an array of the output's shape over the axes along which an input was broadcast, and adds the result to the input's cotangent.</summary>
    /// <param name="index">The index of the input.</param>
    /// <param name="broadcast">The array.</param>
    public void AddSummed(int index, in NDArray<T> broadcast)
    {
        NDArray<T> target = InputCotangent(index, out bool accumulate);
        if (target.Shape == broadcast.Shape)
            Device.Copy(broadcast, target, accumulate);
        else
            Device.Reduce(default(Sum), broadcast, target, accumulate);
    }

    /// <summary>Rents contiguous memory for the duration of this pullback; return it with <see cref="Return"/>.</summary>
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
