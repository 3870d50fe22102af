using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>What a rule sees in a kink census.</summary>
/// <typeparam name="T">The element type.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "A context is not compared.")]
public readonly struct KinkContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly int node;
    private readonly KinkTally<T>? tally;

    internal KinkContext(Tape<T> tape, int node, KinkTally<T>? tally = null)
    {
        this.tape = tape;
        this.node = node;
        this.tally = tally;
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

    /// <summary>Counts the elements that a function maps to something other than 0.</summary>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    public void Count<TMap>(TMap map, in NDArray<T> x)
        where TMap : struct, IUnaryMap => Device.AddCount(map, x, Tally.OnDevice, node);

    /// <summary>Counts the places of sorted rows that equal a neighbour.</summary>
    /// <param name="sorted">The rows.</param>
    public void CountTies(in NDArray<T> sorted) => Device.AddTies(sorted, Tally.OnDevice, node);

    /// <summary>Counts the windows that have their maximum more than once.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    public void CountMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y) => Device.AddMaxPoolTies(shape, x, y, Tally.OnDevice, node);

    /// <summary>Adds to the count.</summary>
    /// <param name="number">How many.</param>
    public void Add(long number) => Tally.Add(node, number);

    private KinkTally<T> Tally => tally ?? throw new InvalidOperationException("Kinks are counted in CountKinks and CountSingularities only; elsewhere they are marked.");

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
