using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What a rule sees in a kink census.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct KinkContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;

    internal KinkContext(Tape<T> tape, int node)
    {
        this.tape = tape;
        this.node = node;
    }

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => tape.ValueOf(node);

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>Contiguous memory for marks, which the census gives back.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => tape.Device.Allocate<T>(shape);

    /// <summary>Memory for indices, for the duration of this call; give it back with <see cref="ReturnIndices"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => tape.Device.Allocate<int>(shape);

    /// <summary>Gives memory for indices back.</summary>
    /// <param name="indices">What <see cref="RentIndices"/> returned.</param>
    public void ReturnIndices(in NDArray<int> indices) => tape.Device.Return(indices.Storage);

    /// <summary>Gives other temporary memory back.</summary>
    /// <param name="array">What <see cref="Rent"/> returned.</param>
    public void Return(in NDArray<T> array) => tape.Device.Return(array.Storage);
}
