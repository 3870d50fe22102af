using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>What a rule sees in the reverse pass.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct PullbackContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;

    internal PullbackContext(Tape<T> tape, int node, Selections selections)
    {
        this.tape = tape;
        this.node = node;
        Selections = selections;
    }

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The selections of this reverse pass.</summary>
    public Selections Selections { get; }

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => tape.ValueOf(node);

    /// <summary>The cotangent of the output; contiguous.</summary>
    public NDArray<T> Cotangent => tape.CotangentOf(node);

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>The tangent of an input, in its shape, while kinks are locked along a direction; zeros where it does not move.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Tangent(int index) => tape.DecidingTangent(node, index);

    /// <summary>Whether an input's cotangent is wanted.</summary>
    /// <param name="index">Which input.</param>
    public bool Needs(int index) => tape.InputNeedsGradient(node, index);

    /// <summary>
    /// Where to write an input's cotangent: contiguous, in the input's shape. Every element must be written (or added to, where <paramref name="accumulate"/>
    /// says that something is there already) before another input's is asked for, since two inputs may be one variable.
    /// </summary>
    /// <param name="index">Which input.</param>
    /// <param name="accumulate">Whether to add instead of overwrite.</param>
    public NDArray<T> InputCotangent(int index, out bool accumulate) => tape.InputCotangent(node, index, out accumulate);

    /// <summary>Adds to an input's cotangent an array of the output's shape, summed over the axes along which the input was broadcast.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="broadcast">The array.</param>
    public void AddSummed(int index, in NDArray<T> broadcast)
    {
        NDArray<T> target = InputCotangent(index, out bool accumulate);
        if (target.Shape == broadcast.Shape)
            Device.Copy(broadcast, target, accumulate);
        else
            Device.Reduce(default(Sum), broadcast, target, accumulate);
    }

    /// <summary>Contiguous memory for the duration of this pullback; give it back with <see cref="Return"/>.</summary>
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
