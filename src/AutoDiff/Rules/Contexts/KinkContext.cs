using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>The view of an operation that a rule gets in a kink census.</summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct KinkContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Node<T> node;
    private readonly KinkTally<T>? tally;
    private readonly ObstacleSearch<T>? search;

    internal KinkContext(Node<T> node, KinkTally<T>? tally = null, ObstacleSearch<T>? search = null)
    {
        this.node = node;
        this.tally = tally;
        this.search = search;
    }

    /// <summary>The number of inputs of the operation.</summary>
    public int InputCount => node.InputCount;

    /// <summary>The device that computes.</summary>
    public Device Device => node.Device;

    internal ArrayChangedException Changed(ArrayChangedException exception) => node.Changed(exception);

    /// <summary>The value of the output.</summary>
    public NDArray<T> Output => node.Output;

    /// <summary>The value of an input.</summary>
    /// <param name="index">The index of the input.</param>
    public NDArray<T> Input(int index) => node.Input(index);

    /// <summary>The facts of the operation.</summary>
    public OperationFacts Operation => node.Facts;

    /// <summary>Whether an input depends on a variable.</summary>
    /// <param name="index">The index of the input.</param>
    public bool Moves(int index) => node.Needs(index);

    /// <summary>Counts the elements that a function maps to a nonzero value.</summary>
    /// <typeparam name="TMap">The function.</typeparam>
    /// <param name="map">The function.</param>
    /// <param name="x">The array.</param>
    public void Count<TMap>(TMap map, in NDArray<T> x)
        where TMap : struct, IUnaryMap => Device.AddCount(map, x, Tally.OnDevice, node.Index);

    /// <summary>Counts the elements of sorted rows that equal a neighbour.</summary>
    /// <param name="sorted">The rows.</param>
    public void CountTies(in NDArray<T> sorted) => Device.AddTies(sorted, Tally.OnDevice, node.Index);

    /// <summary>Counts the windows that contain their maximum more than once.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    public void CountMaxPoolTies(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y) => Device.AddMaxPoolTies(shape, x, y, Tally.OnDevice, node.Index);

    /// <summary>Adds a number to the count.</summary>
    /// <param name="number">The number to add.</param>
    public void Add(long number) => Tally.Add(node.Index, number);

    private ObstacleSearch<T> Search => search ?? throw new InvalidOperationException("Finite arrays are known only in CountTrouble.");

    private KinkTally<T> Tally => tally ?? throw new InvalidOperationException("Kinks are counted only in CountKinks; elsewhere they are marked.");

    /// <summary>Rents contiguous memory for marks, which the census returns.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<T> Rent(in Shape shape) => node.Rent(shape);

    /// <summary>A single mark for the whole operation: the number of the obstacle kind if it applies, otherwise 0.</summary>
    internal NDArray<T> MarkWhole(bool isMet, ObstacleKind kind)
    {
        NDArray<T> mark = Rent(Shape.Scalar);
        Device.Fill(mark, isMet ? T.CreateChecked((int)kind) : T.Zero);
        return mark;
    }

    /// <summary>Rents memory for indices for the duration of this call; return it with <see cref="ReturnIndices"/>.</summary>
    /// <param name="shape">The shape.</param>
    public NDArray<int> RentIndices(in Shape shape) => node.RentIndices(shape);

    internal bool IsPullbackFinite => Search.IsPullbackFinite(node.Index);

    internal bool IsKnownFinite(int index) => Search.IsKnownFinite(node.InputNode(index));

    internal void NoteFinite(int index) => Search.NoteFinite(node.InputNode(index));

    /// <summary>Returns memory for indices.</summary>
    /// <param name="indices">The array from <see cref="RentIndices"/>.</param>
    public void ReturnIndices(in NDArray<int> indices) => node.Return(indices);

    /// <summary>Returns other temporary memory.</summary>
    /// <param name="array">The array from <see cref="Rent"/>.</param>
    public void Return(in NDArray<T> array) => node.Return(array);
}
