namespace ConservativeAD.Nonsmooth;

/// <summary>A Jacobian stored by its entries that may be nonzero.</summary>
public sealed class SparseJacobian
{
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

    /// <summary>The number of passes over the record, which is the number of colours.</summary>
    public int Passes { get; }

    /// <summary>Whether columns were compressed (forward passes) rather than rows (reverse passes).</summary>
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
        int[][] pattern = map.Pattern();
        int[][] transposed = Transposed(pattern, map.Dimension);
        int[] columnColours = Colouring.Greedy(transposed, pattern), rowColours = Colouring.Greedy(pattern, transposed);
        int columnPasses = columnColours.Length == 0 ? 0 : columnColours.Max() + 1, rowPasses = rowColours.Length == 0 ? 0 : rowColours.Max() + 1;
        bool isByColumns = columnPasses <= rowPasses;
        int[] colours = isByColumns ? columnColours : rowColours;
        int passes = Math.Min(columnPasses, rowPasses);
        double[][] products = new double[passes][];
        for (int colour = 0; colour < passes; colour++)
        {
            double[] seed = Array.ConvertAll(colours, own => own == colour ? 1.0 : 0);
            products[colour] = isByColumns ? map.Push(seed) : map.Pull(seed);
        }

        List<(int, int, double)> entries = [];
        for (int row = 0; row < pattern.Length; row++)
        {
            foreach (int column in pattern[row])
                entries.Add((row, column, isByColumns ? products[colours[column]][row] : products[colours[row]][column]));
        }

        return new SparseJacobian(pattern.Length, map.Dimension, entries, passes, isByColumns);
    }

    private static int[][] Transposed(int[][] pattern, int columns)
    {
        List<int>[] rows = [.. Enumerable.Range(0, columns).Select(_ => new List<int>())];
        for (int row = 0; row < pattern.Length; row++)
        {
            foreach (int column in pattern[row])
                rows[column].Add(row);
        }

        return Array.ConvertAll(rows, list => list.ToArray());
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Jacobian of {Rows} rows and {Columns} columns with {Entries.Count} entries, from {Passes} passes");
}
