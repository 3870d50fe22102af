namespace ConservativeAD.Rules;

/// <summary>
/// A matrix on the host and its change along a tangent, so that a formula of products is written once and gives its value and its derivative.
/// </summary>
/// <param name="value">The elements, in row-major order.</param>
/// <param name="change">Their change; empty if there is none, or none is asked for.</param>
/// <param name="rows">The number of rows.</param>
/// <param name="columns">The number of columns.</param>
internal readonly ref struct MovingMatrix(Span<double> value, Span<double> change, int rows, int columns)
{
    /// <summary>The elements.</summary>
    public Span<double> Value { get; } = value;

    /// <summary>Their change.</summary>
    public Span<double> Change { get; } = change;

    /// <summary>The number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>The number of columns.</summary>
    public int Columns { get; } = columns;

    /// <summary>A matrix of zeros, in numbers that are taken from memory.</summary>
    /// <param name="memory">As many numbers as there are elements, and as many for the change if it is asked for, are taken from its start.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="moves">Whether the change is asked for.</param>
    public static MovingMatrix Zeros(ref Span<double> memory, int rows, int columns, bool moves)
    {
        int size = rows * columns;
        MovingMatrix matrix = new(memory[..size], moves ? memory.Slice(size, size) : [], rows, columns);
        memory = memory[(moves ? 2 * size : size)..];
        matrix.Clear();
        return matrix;
    }

    /// <summary>Makes it 0.</summary>
    public void Clear()
    {
        Value.Clear();
        Change.Clear();
    }

    /// <summary>Makes it the identity.</summary>
    public void SetIdentity()
    {
        Clear();
        for (int i = 0; i < Rows; i++)
            Value[(i * Columns) + i] = 1;
    }

    /// <summary>Adds A·B, or subtracts it.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="sign">1 or −1.</param>
    public void AddProduct(in MovingMatrix a, in MovingMatrix b, double sign = 1)
    {
        Matrices.AddProduct(a.Value, b.Value, Value, a.Columns, Columns, sign);
        if (Change.IsEmpty)
            return;
        if (!a.Change.IsEmpty)
            Matrices.AddProduct(a.Change, b.Value, Change, a.Columns, Columns, sign);
        if (!b.Change.IsEmpty)
            Matrices.AddProduct(a.Value, b.Change, Change, a.Columns, Columns, sign);
    }

    /// <summary>Adds Aᵀ·B, or subtracts it.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="sign">1 or −1.</param>
    public void AddTransposedProduct(in MovingMatrix a, in MovingMatrix b, double sign = 1)
    {
        Matrices.AddTransposedProduct(a.Value, b.Value, Value, Rows, Columns, sign);
        if (Change.IsEmpty)
            return;
        if (!a.Change.IsEmpty)
            Matrices.AddTransposedProduct(a.Change, b.Value, Change, Rows, Columns, sign);
        if (!b.Change.IsEmpty)
            Matrices.AddTransposedProduct(a.Value, b.Change, Change, Rows, Columns, sign);
    }

    /// <summary>Adds A·Bᵀ, or subtracts it.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="sign">1 or −1.</param>
    public void AddProductTransposed(in MovingMatrix a, in MovingMatrix b, double sign = 1)
    {
        Matrices.AddProductTransposed(a.Value, b.Value, Value, a.Columns, Columns, sign);
        if (Change.IsEmpty)
            return;
        if (!a.Change.IsEmpty)
            Matrices.AddProductTransposed(a.Change, b.Value, Change, a.Columns, Columns, sign);
        if (!b.Change.IsEmpty)
            Matrices.AddProductTransposed(a.Value, b.Change, Change, a.Columns, Columns, sign);
    }
}
