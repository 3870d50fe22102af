using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>A table with one row of numbers per symbol. Its input is indices, so it precedes modules and is not one itself.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Embedding<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the table; its elements are normal with mean 0 and variance 1, as in PyTorch.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameter's name.</param>
    /// <param name="symbols">The number of symbols.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of symbols or the width is less than 1.</exception>
    public Embedding(string name, int symbols, int width, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Weight = initializer.Normal<T>(Module<T>.PathOf(name, "weight"), Shape.Of(symbols, width), 1);
    }

    /// <summary>The table, of shape [symbols, width].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The parameters: the table.</summary>
    public IEnumerable<Parameter<T>> Parameters => [Weight];

    /// <summary>Looks up the rows of symbols.</summary>
    /// <param name="tape">The tape to record on.</param>
    /// <param name="symbols">The symbols, from 0; of any shape; contiguous (<see cref="Tape{T}.Indices"/> creates such an array).</param>
    /// <returns>A value of the symbols' shape with one more axis, of the table's width.</returns>
    /// <exception cref="ArgumentException">A symbol is out of range.</exception>
    public Var<T> Forward(Tape<T> tape, in NDArray<int> symbols)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Parameter(Weight).GatherRows(symbols);
    }
}
