using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>
/// The rows of an embedding table that a mini-batch uses, each read once. Recorded in place of the table, they make the cost of the reverse pass depend on the
/// mini-batch and not on the table. Their gradient is the sparse gradient of the table.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class TableRows<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NDArray<T> values;
    private readonly NDArray<int> places;
    private readonly NDArray<int> rows;
    private Var<T> leaf;

    /// <summary>Reads the rows.</summary>
    /// <param name="table">The table, of shape [symbols, width].</param>
    /// <param name="symbols">The symbols of the mini-batch, in any order and as often as they occur.</param>
    /// <exception cref="ArgumentException">The parameter is not a table, or there are no symbols.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A symbol is outside the table.</exception>
    public TableRows(Parameter<T> table, ReadOnlySpan<int> symbols)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Shape.Rank != 2)
            throw new ArgumentException($"Rows are those of a table of shape [symbols, width]; {table} has shape {table.Shape}.", nameof(table));
        if (symbols.IsEmpty)
            throw new ArgumentException($"No symbols of {table} were given.", nameof(symbols));
        Table = table;
        Dictionary<int, int> known = [];
        int[] where = new int[symbols.Length];
        List<int> distinct = [];
        for (int i = 0; i < symbols.Length; i++)
        {
            if (symbols[i] < 0 || symbols[i] >= table.Shape[0])
                throw new ArgumentOutOfRangeException(nameof(symbols), symbols[i],
                    $"Symbol {symbols[i]} at position {i} is outside the table {table} of {table.Shape[0]} rows.");
            if (!known.TryGetValue(symbols[i], out where[i]))
            {
                known[symbols[i]] = where[i] = distinct.Count;
                distinct.Add(symbols[i]);
            }
        }

        Device device = table.Value.Device;
        rows = device.Array<int>([distinct.Count], [.. distinct]);
        places = device.Array<int>([symbols.Length], where);
        values = device.Allocate<T>([distinct.Count, table.Shape[1]]);
        device.GatherRows(table.Value, rows, values);
    }

    /// <summary>The table.</summary>
    public Parameter<T> Table { get; }

    /// <summary>The number of different rows.</summary>
    public int Count => rows.Count;

    internal NDArray<int> Rows => rows;

    /// <summary>Records the rows.</summary>
    /// <param name="tape">The tape.</param>
    /// <returns>One row per symbol, in their order: [symbols, width].</returns>
    public Var<T> Record(Tape<T> tape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        leaf = tape.Variable(values);
        return leaf.GatherRows(places);
    }

    /// <summary>The gradient with respect to the different rows: [<see cref="Count"/>, width].</summary>
    /// <param name="gradients">The gradients of a reverse pass of the tape they were recorded on.</param>
    /// <exception cref="InvalidOperationException">The rows were not recorded on that tape since its last reset.</exception>
    public NDArray<T> Gradient(Gradients<T> gradients) => gradients[leaf];

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Table.Value.Device.Return(values);
        Table.Value.Device.Return(places);
        Table.Value.Device.Return(rows);
    }
}
