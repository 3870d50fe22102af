using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What a rule sees when tangents are carried forward.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct TangentContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;

    internal TangentContext(Tape<T> tape, int node, in NDArray<T> outputTangent)
    {
        this.tape = tape;
        this.node = node;
        OutputTangent = outputTangent;
    }

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The tape's selections.</summary>
    public Selections Selections => tape.Selections;

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => tape.ValueOf(node);

    /// <summary>Where to write the output's tangent: contiguous, in the output's shape; every element must be written.</summary>
    public NDArray<T> OutputTangent { get; }

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>Whether an input moves; one that does not has tangent 0.</summary>
    /// <param name="index">Which input.</param>
    public bool Moves(int index) => tape.InputHasTangent(node, index);

    /// <summary>The tangent of an input, in its shape; zeros where it does not move.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Tangent(int index) => tape.InputTangent(node, index);

    /// <summary>The tangent of an input where it is contiguous, else a contiguous copy; give the copy back with <see cref="ReturnCopy"/>.</summary>
    /// <param name="index">Which input.</param>
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

    /// <summary>Gives a copy back, if one was made.</summary>
    /// <param name="copy">What <see cref="ContiguousTangent"/> set.</param>
    public void ReturnCopy(in NDArray<T> copy)
    {
        if (!copy.IsNone)
            Return(copy);
    }

    /// <summary>Contiguous memory for the duration of this computation; give it back with <see cref="Return"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => tape.Device.Allocate<T>(shape);

    /// <summary>Memory for indices, for the duration of this call; give it back with <see cref="ReturnIndices"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => tape.Device.Allocate<int>(shape);

    /// <summary>Gives memory for indices back.</summary>
    /// <param name="indices">What <see cref="RentIndices"/> returned.</param>
    public void ReturnIndices(in NDArray<int> indices) => tape.Device.Return(indices.Storage);

    /// <summary>Gives temporary memory back.</summary>
    /// <param name="array">What <see cref="Rent"/> returned.</param>
    public void Return(in NDArray<T> array) => tape.Device.Return(array.Storage);
}
