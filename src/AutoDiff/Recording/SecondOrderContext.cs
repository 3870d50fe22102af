using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>What a rule sees when its pullback is differentiated along the tangents.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct SecondOrderContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;

    internal SecondOrderContext(Tape<T> tape, int node, Selections selections)
    {
        this.tape = tape;
        this.node = node;
        Selections = selections;
    }

    /// <summary>What the operation is.</summary>
    public OperationFacts Operation => tape.FactsOf(node);

    /// <summary>How many inputs the operation has.</summary>
    public int InputCount => tape.InputCount(node);

    /// <summary>The device that computes.</summary>
    public Device Device => tape.Device;

    /// <summary>The selections of this pass.</summary>
    public Selections Selections { get; }

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => tape.ValueOf(node);

    /// <summary>The tangent of the output; contiguous.</summary>
    public NDArray<T> OutputTangent => tape.TangentAt(node);

    /// <summary>The cotangent of the output; contiguous.</summary>
    public NDArray<T> Cotangent => tape.OtherCotangentOf(node);

    /// <summary>
    /// What the rule's pullback sees, for code that both share: what is written to its inputs' cotangents counts as written through <see cref="InputCotangent"/>. Its own cotangent is the tangent of
    /// <see cref="Cotangent"/>, which the engine pulls back itself.
    /// </summary>
    public PullbackContext<T> Pullback => new(tape, node, Selections);

    /// <summary>The value of an input.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Input(int index) => tape.InputValue(node, index);

    /// <summary>Whether an input moves; at least one does.</summary>
    /// <param name="index">Which input.</param>
    public bool Moves(int index) => tape.InputHasTangent(node, index);

    /// <summary>The tangent of an input, in its shape: contiguous where it moves, zeros where it does not.</summary>
    /// <param name="index">Which input.</param>
    public NDArray<T> Tangent(int index) => tape.InputTangent(node, index);

    /// <summary>Whether an input's cotangent is wanted.</summary>
    /// <param name="index">Which input.</param>
    public bool Needs(int index) => tape.InputNeedsGradient(node, index);

    /// <summary>Where to write the tangent of an input's cotangent, as <see cref="PullbackContext{T}.InputCotangent"/>.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="accumulate">Whether to add instead of overwrite.</param>
    public NDArray<T> InputCotangent(int index, out bool accumulate) => tape.InputCotangent(node, index, out accumulate);

    /// <summary>Contiguous memory for the duration of this call; give it back with <see cref="Return"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => tape.Device.Allocate<T>(shape);

    /// <summary>Gives temporary memory back.</summary>
    /// <param name="array">What <see cref="Rent"/> returned.</param>
    public void Return(in NDArray<T> array) => tape.Device.Return(array.Storage);
}
