using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What a rule sees while its operation is recorded.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct Recording<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;

    internal Recording(Tape<T> tape, int node)
    {
        this.tape = tape;
        this.node = node;
    }

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The tape's selections.</summary>
    public Selections Selections => tape.Selections;

    /// <summary>Whether the same value was computed before and is needed again for the reverse pass: what was drawn at random then is used again.</summary>
    public bool IsRecomputation => tape.IsRecomputing;

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>Contiguous memory that lasts until the tape is reset; its elements are whatever they were.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => tape.RentUntilReset(shape);

    /// <summary>Memory for indices that lasts until the tape is reset.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => tape.RentIndicesUntilReset(shape);

    /// <summary>The input itself where it is contiguous, else a contiguous copy that lasts until the tape is reset.</summary>
    /// <param name="index">Which input.</param>
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
