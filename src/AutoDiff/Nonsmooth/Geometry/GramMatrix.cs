namespace ConservativeAD.Nonsmooth;

/// <summary>The dot products of a changing list of vectors. Each is computed when it is first needed, because an active-set method needs few of them.</summary>
internal sealed class GramMatrix
{
    private const double Missing = double.NaN;

    private readonly List<double[]> vectors = [];

    // Row i holds the products with vectors 0 to i; those not computed yet are NaN.
    private readonly List<double[]?> rows = [];
    private readonly List<double> squares = [];

    /// <summary>Starts with an empty list of vectors.</summary>
    public GramMatrix()
    {
    }

    /// <summary>Starts with the given vectors.</summary>
    public GramMatrix(IEnumerable<double[]> vectors)
    {
        foreach (double[] vector in vectors)
            Add(vector);
    }

    public IReadOnlyList<double[]> Vectors => vectors;

    public int Count => vectors.Count;

    /// <summary>The product of a vector with itself.</summary>
    public double Square(int index) => squares[index];

    /// <summary>The product of two vectors.</summary>
    public double Product(int first, int second)
    {
        if (first == second)
            return squares[first];
        if (first < second)
            (first, second) = (second, first);
        double[] row = rows[first] ??= Row(first);
        if (double.IsNaN(row[second]))
            row[second] = Nonsmooth.Vectors.Dot(vectors[first], vectors[second]);
        return row[second];
    }

    public void Add(double[] vector)
    {
        vectors.Add(vector);
        rows.Add(null);
        squares.Add(Nonsmooth.Vectors.Dot(vector, vector));
    }

    public void RemoveAt(int index)
    {
        vectors.RemoveAt(index);
        rows.RemoveAt(index);
        squares.RemoveAt(index);
        for (int i = index; i < rows.Count; i++)
        {
            if (rows[i] is { } row)
                rows[i] = [.. row[..index], .. row[(index + 1)..]];
        }
    }

    /// <summary>Replaces a vector.</summary>
    public void Replace(int index, double[] vector)
    {
        vectors[index] = vector;
        rows[index] = null;
        squares[index] = Nonsmooth.Vectors.Dot(vector, vector);
        for (int i = index + 1; i < rows.Count; i++)
        {
            if (rows[i] is { } row)
                row[index] = Missing;
        }
    }

    private static double[] Row(int length)
    {
        double[] row = new double[length];
        Array.Fill(row, Missing);
        return row;
    }
}
