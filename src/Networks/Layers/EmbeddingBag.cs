using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// A table with one row of numbers per symbol, of which the rows of bags of symbols are combined. Its input is indices, so it precedes modules and is not one
/// itself.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class EmbeddingBag<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the table; its elements are normal with mean 0 and variance 1, as in PyTorch.</summary>
    /// <param name="name">The layer's name, used as the prefix of its parameter's name.</param>
    /// <param name="symbols">The number of symbols.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="initializer">The source of the initial parameters.</param>
    /// <param name="reduction">How the rows of a bag are combined.</param>
    /// <param name="padding">A symbol that is left out of every bag; none if null. Its row begins with 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of symbols or the width is less than 1, or the padding is not a symbol.</exception>
    public EmbeddingBag(string name, int symbols, int width, Initializer initializer, BagReduction reduction = BagReduction.Mean, int? padding = null)
    {
        Weight = Embedding<T>.Table(name, symbols, width, initializer, padding);
        Reduction = reduction;
        Padding = padding;
    }

    /// <summary>The table, of shape [symbols, width].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>How the rows of a bag are combined.</summary>
    public BagReduction Reduction { get; }

    /// <summary>The symbol that is left out.</summary>
    public int? Padding { get; }

    /// <summary>The parameters: the table.</summary>
    public IEnumerable<Parameter<T>> Parameters => [Weight];

    /// <summary>Combines the rows of each bag.</summary>
    /// <param name="tape">The tape to record on.</param>
    /// <param name="symbols">The symbols of all bags, one bag after another.</param>
    /// <param name="offsets">Where each bag begins among the symbols.</param>
    /// <param name="weights">A factor for each symbol's row; none if null.</param>
    /// <returns>[bags, width].</returns>
    /// <exception cref="ArgumentException">Offsets, symbols or weights do not fit each other or the table.</exception>
    public Var<T> Forward(Tape<T> tape, ReadOnlySpan<int> symbols, ReadOnlySpan<int> offsets, Var<T>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Parameter(Weight).EmbeddingBag(symbols, offsets, Reduction, weights, Padding);
    }
}
