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
    /// <param name="padding">A symbol that becomes 0, with derivative 0, whatever its row holds; none if null. Its row begins with 0. (PyTorch's padding_idx
    /// reads the row and leaves out only its gradient.)</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of symbols or the width is less than 1, or the padding is not a symbol.</exception>
    public Embedding(string name, int symbols, int width, Initializer initializer, int? padding = null)
    {
        Weight = Table(name, symbols, width, initializer, padding);
        Padding = padding;
    }

    /// <summary>The table, of shape [symbols, width].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>The symbol that becomes 0.</summary>
    public int? Padding { get; }

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
        Var<T> rows = tape.Parameter(Weight).GatherRows(symbols);
        if (Padding is not { } padding)
            return rows;
        int[] given = symbols.ToArray();
        if (!given.AsSpan().Contains(padding))
            return rows;
        NDArray<T> isPadding = tape.Conditions(new Shape([.. symbols.Shape.ToArray(), 1]), Array.ConvertAll(given, symbol => symbol == padding));
        return rows.MaskedFill(isPadding, 0);
    }

    /// <summary>A table of normal rows, with a row of 0 for the padding.</summary>
    internal static Parameter<T> Table(string name, int symbols, int width, Initializer initializer, int? padding)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (padding is { } symbol && (uint)symbol >= (uint)symbols)
            throw new ArgumentOutOfRangeException(nameof(padding), symbol, $"The padding {symbol} is not one of {symbols} symbols, from 0 to {symbols - 1}.");
        Parameter<T> table = initializer.Normal<T>(Module<T>.PathOf(name, "weight"), Shape.Of(symbols, width), 1);
        if (padding is { } row)
            table.Value.Slice(0, row, 1).CopyFrom(new T[width]);
        return table;
    }
}
