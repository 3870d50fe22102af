using System.Numerics;
using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>A Jacobian stored by its entries that may be nonzero.</summary>
public sealed class SparseJacobian
{
    // The rows of a pass with eight seeds take 64 bytes an operation. In programs with more operations they leave the processor's caches.
    private const int LargestColoured = 1 << 16;

    private SparseJacobian(int rows, int columns, IReadOnlyList<(int Row, int Column, double Value)> entries, int passes, bool isByColumns)
    {
        Rows = rows;
        Columns = columns;
        Entries = entries;
        Passes = passes;
        IsByColumns = isByColumns;
    }

    /// <summary>The number of results.</summary>
    public int Rows { get; }

    /// <summary>The number of variables.</summary>
    public int Columns { get; }

    /// <summary>The entries of the sparsity pattern, row by row.</summary>
    public IReadOnlyList<(int Row, int Column, double Value)> Entries { get; }

    /// <summary>
    /// The number of colours, which is the number of products with the Jacobian. On numbers one pass over the record computes up to eight of them, on arrays
    /// one. 0 if each row was computed alone, as in a long program on numbers whose results depend on a few operations each.
    /// </summary>
    public int Passes { get; }

    /// <summary>Whether columns were compressed (forward passes) rather than rows (reverse passes), or rows computed alone.</summary>
    public bool IsByColumns { get; }

    /// <summary>All entries, including zeros.</summary>
    public double[,] ToDense()
    {
        double[,] dense = new double[Rows, Columns];
        foreach ((int row, int column, double value) in Entries)
            dense[row, column] = value;
        return dense;
    }

    internal static SparseJacobian Of(RecordedMap map)
    {
        if (map.Tape.Count > LargestColoured && map.Tape.RowsAlone(map.Nodes) is { } rows)
            return new SparseJacobian(map.Nodes.Length, map.Dimension, rows, 0, false);
        int[][] pattern = map.Pattern();
        int[][] transposed = Transposed(pattern, map.Dimension);
        (int[] colours, bool isByColumns) = Coloured(pattern, transposed);
        int passes = Number(colours);
        (int, int, double)[] entries = new (int, int, double)[pattern.Sum(row => row.Length)];
        ColourSeeds seeds = new(colours, passes);
        for (int first = 0; first < passes;)
        {
            int width = isByColumns ? map.Tape.PushRows(seeds, first) : map.Tape.PullRows(map.Nodes, seeds, first), place = 0;
            for (int row = 0; row < pattern.Length; row++)
            {
                foreach (int column in pattern[row])
                {
                    int lane = colours[isByColumns ? column : row] - first;
                    if (lane >= 0 && lane < width)
                        entries[place] = (row, column, map.Tape.RowOf(isByColumns ? map.Nodes[row] : map.Tape.Variables[column])[lane]);
                    place++;
                }
            }

            first += width;
        }

        return new SparseJacobian(pattern.Length, map.Dimension, entries, passes, isByColumns);
    }

    /// <summary>The compressed Jacobian of a recorded array.</summary>
    internal static SparseJacobian Of<T>(Var<T> output, ReadOnlySpan<Var<T>> leaves)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tape<T> tape = output.Tape;
        Var<T>[] given = tape.LeavesOr(output, leaves);
        if (!tape.Contents.NeedsGradient(output.Node))
            throw new InvalidOperationException("The output depends on no parameter or variable; nothing to differentiate.");
        int columns = given.Sum(leaf => leaf.Shape.Count);
        int[][] pattern = tape.Sparsity.Pattern(output.Node, Array.ConvertAll(given, leaf => leaf.Node)), transposed = Transposed(pattern, columns);
        (int[] colours, bool isByColumns) = tape.CountKinks() > 0 ? (Colouring.Greedy(pattern, transposed), false) : Coloured(pattern, transposed);
        int passes = Number(colours);
        (int, int, double)[] entries = new (int, int, double)[pattern.Sum(row => row.Length)];
        for (int colour = 0; colour < passes; colour++)
        {
            T[] seeds = Array.ConvertAll(colours, of => of == colour ? T.One : T.Zero);
            T[] product = isByColumns ? tape.Push(output, given, seeds) : tape.Pull(output, given, seeds);
            for (int row = 0, place = 0; row < pattern.Length; row++)
            {
                foreach (int column in pattern[row])
                {
                    if (colours[isByColumns ? column : row] == colour)
                        entries[place] = (row, column, double.CreateTruncating(product[isByColumns ? row : column]));
                    place++;
                }
            }
        }

        return new SparseJacobian(pattern.Length, columns, entries, passes, isByColumns);
    }

    // Columns need as many colours as the fullest row has entries, and rows as many as the fullest column. The side that may need fewer is coloured first, and
    // the other only if it may still need fewer than that took.
    private static (int[] Colours, bool IsByColumns) Coloured(int[][] pattern, int[][] transposed)
    {
        int leastOfColumns = Fullest(pattern), leastOfRows = Fullest(transposed);
        bool isByColumns = leastOfColumns <= leastOfRows;
        int[] colours = isByColumns ? Colouring.Greedy(transposed, pattern) : Colouring.Greedy(pattern, transposed);
        int passes = Number(colours);
        if (passes <= (isByColumns ? leastOfRows : leastOfColumns))
            return (colours, isByColumns);
        int[] others = isByColumns ? Colouring.Greedy(pattern, transposed) : Colouring.Greedy(transposed, pattern);
        return Number(others) < passes ? (others, !isByColumns) : (colours, isByColumns);
    }

    private static int Number(int[] colours) => colours.Length == 0 ? 0 : colours.Max() + 1;

    private static int Fullest(int[][] lines) => lines.Length == 0 ? 0 : lines.Max(line => line.Length);

    private static int[][] Transposed(int[][] pattern, int columns)
    {
        int[] counts = new int[columns];
        foreach (int[] row in pattern)
        {
            foreach (int column in row)
                counts[column]++;
        }

        int[][] transposed = Array.ConvertAll(counts, count => new int[count]);
        Array.Clear(counts);
        for (int row = 0; row < pattern.Length; row++)
        {
            foreach (int column in pattern[row])
                transposed[column][counts[column]++] = row;
        }

        return transposed;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Jacobian of {Rows} rows and {Columns} columns with {Entries.Count} entries, from {(Passes == 0 ? "its rows" : $"{Passes} products")}");
}
