using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>Passes with several seeds at a time. Each node has a row of two, four or eight derivatives, and rows of zeros are skipped.</content>
public sealed unsafe partial class ScalarTape
{
    // Rows begin at multiples of this many bytes, so that none lies in two cache lines.
    private const nuint RowAlignment = 64;

    private double* rows;
    private long rowCapacity;
    private int rowWidth;
    private int rowsEnd;

    /// <summary>
    /// The gradients of several recorded numbers, up to eight of them in one reverse pass. Each has the bits that <see cref="Gradient(Active)"/> gives.
    /// </summary>
    /// <param name="outputs">The numbers. A constant has gradient 0.</param>
    /// <returns>One row per number, one column per variable.</returns>
    /// <exception cref="InvalidOperationException">A number belongs to another tape.</exception>
    public double[,] Gradients(params ReadOnlySpan<Active> outputs) => Pull(outputs, new UnitSeeds(outputs.Length));

    /// <summary>The gradients of several weighted sums of recorded numbers, up to eight of them in one reverse pass: weights times the Jacobian.</summary>
    /// <param name="outputs">The numbers.</param>
    /// <param name="weights">One row per sum, one column per number.</param>
    /// <returns>One row per sum, one column per variable.</returns>
    /// <exception cref="ArgumentException">The weights have another number of columns than there are outputs.</exception>
    /// <exception cref="InvalidOperationException">A number belongs to another tape.</exception>
    public double[,] Pull(ReadOnlySpan<Active> outputs, double[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.GetLength(1) != outputs.Length)
            throw new ArgumentException($"Weights of shape {weights.GetLength(0)} × {weights.GetLength(1)} were given for {outputs.Length} outputs.",
                nameof(weights));
        return Pull(outputs, new MatrixSeeds(weights));
    }

    /// <summary>The derivatives of recorded numbers along several directions, up to eight of them in one forward pass through the recorded slopes.</summary>
    /// <param name="directions">One row per direction, one column per variable.</param>
    /// <param name="outputs">The numbers.</param>
    /// <returns>One row per direction, one column per number.</returns>
    /// <exception cref="ArgumentException">The directions have another number of columns than there are variables.</exception>
    /// <exception cref="InvalidOperationException">A number belongs to another tape.</exception>
    public double[,] Push(double[,] directions, params ReadOnlySpan<Active> outputs)
    {
        ArgumentNullException.ThrowIfNull(directions);
        if (directions.GetLength(1) != variables.Count)
            throw new ArgumentException(
                $"Directions of shape {directions.GetLength(0)} × {directions.GetLength(1)} were given for {variables.Count} variables.", nameof(directions));
        MatrixSeeds seeds = new(directions);
        int[] nodes = NodesOf(outputs);
        double[,] derivatives = new double[seeds.Count, nodes.Length];
        for (int first = 0; first < seeds.Count;)
        {
            int width = PushRows(seeds, first);
            for (int i = 0; i < nodes.Length; i++)
            {
                ReadOnlySpan<double> row = RowOf(nodes[i]);
                for (int k = 0; k < width; k++)
                    derivatives[first + k, i] = row[k];
            }

            first += width;
        }

        GC.KeepAlive(this);
        return derivatives;
    }

    /// <summary>The nodes of numbers of this tape; 0 for constants.</summary>
    internal int[] NodesOf(ReadOnlySpan<Active> numbers)
    {
        TakeOver();
        CheckOwn(numbers);
        int[] nodes = new int[numbers.Length];
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = numbers[i].Node;
        return nodes;
    }

    /// <summary>Runs one reverse pass with some of the seeds.</summary>
    /// <param name="nodes">The outputs' nodes.</param>
    /// <param name="seeds">The weights.</param>
    /// <param name="first">The first seed.</param>
    /// <returns>The number of seeds of the pass. <see cref="RowOf"/> then gives the cotangents of the variables.</returns>
    internal int PullRows<TSeeds>(ReadOnlySpan<int> nodes, TSeeds seeds, int first)
        where TSeeds : struct, ISeeds
    {
        PrepareRows(seeds.Count - first);
        int last = 0;
        foreach (int node in nodes)
            last = Math.Max(last, node);
        NativeMemory.Clear(rows, (nuint)(last + 1) * (nuint)rowWidth * sizeof(double));
        Span<double> seed = stackalloc double[rowWidth];
        for (int i = 0; i < nodes.Length; i++)
        {
            seed.Clear();
            seeds.Write(i, first, seed);
            Span<double> row = RowOf(nodes[i]);
            for (int k = 0; k < row.Length; k++)
                row[k] += seed[k];
        }

        RowOf(0).Clear();
        rowsEnd = last;
        switch (rowWidth)
        {
            case 8:
                SweepRows<RowOfEight>(last);
                break;
            case 4:
                SweepRows<RowOfFour>(last);
                break;
            default:
                SweepRows<RowOfTwo>(last);
                break;
        }

        return Math.Min(rowWidth, seeds.Count - first);
    }

    /// <summary>Runs one forward pass with some of the seeds.</summary>
    /// <param name="seeds">The directions.</param>
    /// <param name="first">The first seed.</param>
    /// <returns>The number of seeds of the pass. <see cref="RowOf"/> then gives the derivatives of every node.</returns>
    internal int PushRows<TSeeds>(TSeeds seeds, int first)
        where TSeeds : struct, ISeeds
    {
        PrepareRows(seeds.Count - first);
        RowOf(0).Clear();
        rowsEnd = record->Count - 1;
        switch (rowWidth)
        {
            case 8:
                CarryRows<RowOfEight, TSeeds>(seeds, first);
                break;
            case 4:
                CarryRows<RowOfFour, TSeeds>(seeds, first);
                break;
            default:
                CarryRows<RowOfTwo, TSeeds>(seeds, first);
                break;
        }

        return Math.Min(rowWidth, seeds.Count - first);
    }

    /// <summary>The derivatives of a node in the last pass with several seeds. After a reverse pass only those of variables stand.</summary>
    internal Span<double> RowOf(int node) => new(rows + ((long)node * rowWidth), rowWidth);

    private double[,] Pull<TSeeds>(ReadOnlySpan<Active> outputs, TSeeds seeds)
        where TSeeds : struct, ISeeds
    {
        int[] nodes = NodesOf(outputs);
        double[,] gradients = new double[seeds.Count, variables.Count];
        for (int first = 0; first < seeds.Count;)
        {
            int width = PullRows(nodes, seeds, first);
            for (int i = 0; i < variables.Count && variables[i] <= rowsEnd; i++)
            {
                ReadOnlySpan<double> row = RowOf(variables[i]);
                for (int k = 0; k < width; k++)
                    gradients[first + k, i] = row[k];
            }

            first += width;
        }

        GC.KeepAlive(this);
        return gradients;
    }

    private void SweepRows<TRow>(int last)
        where TRow : unmanaged, ISeedRow<TRow>
    {
        TRow* cotangents = (TRow*)rows;
        ScalarNode* nodes = record->Nodes;
        for (int node = last; node > 0; node--)
        {
            TRow cotangent = cotangents[node];
            if (TRow.IsZero(cotangent))
                continue;
            ScalarNode* entry = nodes + node;
            TRow* one = cotangents + entry->First, other = cotangents + entry->Second;
            *one = TRow.AddProduct(*one, cotangent, entry->FirstSlope);
            *other = TRow.AddProduct(*other, cotangent, entry->SecondSlope);
        }
    }

    private void CarryRows<TRow, TSeeds>(TSeeds seeds, int first)
        where TRow : unmanaged, ISeedRow<TRow>
        where TSeeds : struct, ISeeds
    {
        TRow* tangents = (TRow*)rows;
        ScalarNode* nodes = record->Nodes;
        int begin = 1;
        for (int i = 0; i <= variables.Count; i++)
        {
            int end = i < variables.Count ? variables[i] : record->Count;
            for (int node = begin; node < end; node++)
            {
                ScalarNode* entry = nodes + node;

                // A node that is its own input represents a constant; the row of node 0 is 0.
                int one = entry->First == node ? 0 : entry->First, other = entry->Second == node ? 0 : entry->Second;
                tangents[node] = TRow.AddProduct(TRow.AddProduct(default, tangents[one], entry->FirstSlope), tangents[other], entry->SecondSlope);
            }

            if (end == record->Count)
                return;
            Span<double> row = RowOf(end);
            row.Clear();
            seeds.Write(i, first, row);
            begin = end + 1;
        }
    }

    private void PrepareRows(int seeds)
    {
        rowWidth = seeds > 4 ? 8 : seeds > 2 ? 4 : 2;
        PrepareRowsOf(rowWidth);
    }

    // Memory for some numbers a node.
    private void PrepareRowsOf(int numbers)
    {
        long needed = (long)record->Count * numbers;
        if (rowCapacity >= needed)
            return;
        FreeRows();
        rowCapacity = (long)capacity * numbers;
        rows = (double*)NativeMemory.AlignedAlloc((nuint)rowCapacity * sizeof(double), RowAlignment);
    }

    private void FreeRows()
    {
        NativeMemory.AlignedFree(rows);
        rows = null;
        rowCapacity = 0;
    }
}
