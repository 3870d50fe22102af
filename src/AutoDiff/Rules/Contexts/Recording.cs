using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets while the operation is recorded.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct Recording<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;

    internal Recording(Node<T> node) => this.node = node;

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    /// <summary>The tape's selections.</summary>
    public Selections Selections => node.Record.Selections;

    /// <summary>
    /// Whether the value was computed before and is recomputed for the reverse pass. Random numbers drawn the first time are then used again.
    /// </summary>
    public bool IsRecomputation => node.Record.IsRecomputing;

    /// <summary>
    /// Keeps an array that the rule uses in addition to its inputs, such as labels or a mask, and reads again in the reverse pass. Like a recorded value, it is
    /// pinned to its elements, and the reverse pass throws if they changed in between. A replay uses the elements at the time of the replay. Call this in
    /// <see cref="IRule{T}.Value"/>, every time.
    /// </summary>
    /// <typeparam name="TElement">The element type.</typeparam>
    /// <param name="array">The array; the default value is returned unchanged.</param>
    public NDArray<TElement> Keep<TElement>(in NDArray<TElement> array)
        where TElement : unmanaged => IsRecomputation ? array : array.Pinned();

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>Rents contiguous, uninitialised memory that lasts until the tape is reset.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => node.Record.Memory.Rent(shape);

    /// <summary>Rents memory for indices that lasts until the tape is reset.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => node.Record.Memory.RentIndices(shape);

    /// <summary>The input itself if it is contiguous, otherwise a contiguous copy that lasts until the tape is reset.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> ContiguousInput(int index)
    {
        NDArray<T> input = Input(index);
        if (input.IsContiguous)
            return input;
        NDArray<T> copy = Rent(input.Shape);
        Device.Copy(input, copy);
        return copy;
    }
}
