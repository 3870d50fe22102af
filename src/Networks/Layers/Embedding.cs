using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A table with a row of numbers for each of a number of symbols. Its input is indices, so it stands in front of modules rather than among them.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Embedding<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes the table; elements normal with mean 0 and variance 1, as in PyTorch.</summary>
    /// <param name="name">Its name, the beginning of its parameter's name.</param>
    /// <param name="symbols">How many symbols.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="initializer">Where the initial parameters come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no symbols or no width.</exception>
    public Embedding(string name, int symbols, int width, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Weight = initializer.Normal<T>($"{name}.weight", Shape.Of(symbols, width), 1);
    }

    /// <summary>The table, of shape [symbols, width].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The parameters: the table.</summary>
    public IEnumerable<Parameter<T>> Parameters => [Weight];

    /// <summary>The rows of given symbols.</summary>
    /// <param name="tape">The tape to record on.</param>
    /// <param name="symbols">Which, from 0; of any shape; contiguous (<see cref="Tape{T}.Indices"/> makes them).</param>
    /// <returns>A value of the shape of the symbols with one more axis, of the table's width.</returns>
    /// <exception cref="ArgumentException">A symbol is out of range.</exception>
    public Var<T> Forward(Tape<T> tape, in NDArray<int> symbols)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Parameter(Weight).GatherRows(symbols);
    }
}
