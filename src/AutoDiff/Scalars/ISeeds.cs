namespace ConservativeAD.Scalars;

/// <summary>The vectors that a pass with several seeds starts from: weights of outputs, or directions of variables.</summary>
internal interface ISeeds
{
    /// <summary>The number of seeds.</summary>
    int Count { get; }

    /// <summary>One element of some neighbouring seeds.</summary>
    /// <param name="index">The place of the output or the variable.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="row">The destination; elements past the last seed stay 0.</param>
    void Write(int index, int first, Span<double> row);
}

/// <summary>The rows of a matrix.</summary>
internal readonly struct MatrixSeeds(double[,] matrix) : ISeeds
{
    public int Count => matrix.GetLength(0);

    public void Write(int index, int first, Span<double> row)
    {
        for (int k = 0; k < row.Length && first + k < Count; k++)
            row[k] = matrix[first + k, index];
    }
}

/// <summary>The unit vectors.</summary>
internal readonly struct UnitSeeds(int count) : ISeeds
{
    public int Count => count;

    public void Write(int index, int first, Span<double> row)
    {
        if (index >= first && index < first + row.Length)
            row[index - first] = 1;
    }
}

/// <summary>For each colour the sum of the unit vectors that have it.</summary>
internal readonly struct ColourSeeds(int[] colours, int count) : ISeeds
{
    public int Count => count;

    public void Write(int index, int first, Span<double> row)
    {
        int place = colours[index] - first;
        if (place >= 0 && place < row.Length)
            row[place] = 1;
    }
}
