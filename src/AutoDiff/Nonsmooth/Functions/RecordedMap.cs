using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>One run of a program with several results.</summary>
internal sealed class RecordedMap : IDisposable
{
    private readonly ScalarTape tape;

    public RecordedMap(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (point.Length == 0)
            throw new ArgumentException("A point of no variables was given.", nameof(point));
        tape = new ScalarTape(selections);
        try
        {
            Active[] variables = new Active[point.Length];
            for (int i = 0; i < variables.Length; i++)
                variables[i] = tape.Variable(point[i]);
            Outputs = program(variables) ?? throw new InvalidOperationException("The program returned no results.");
            Dimension = variables.Length;
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    public Active[] Outputs { get; }

    public int Dimension { get; }

    public double[,] ByRows()
    {
        double[,] jacobian = new double[Outputs.Length, Dimension];
        double[] gradient = new double[Dimension];
        for (int row = 0; row < Outputs.Length; row++)
        {
            tape.Gradient(Outputs[row], gradient);
            for (int column = 0; column < Dimension; column++)
                jacobian[row, column] = gradient[column];
        }

        return jacobian;
    }

    public double[,] ByColumns()
    {
        double[,] jacobian = new double[Outputs.Length, Dimension];
        double[] direction = new double[Dimension];
        for (int column = 0; column < Dimension; column++)
        {
            Array.Clear(direction);
            direction[column] = 1;
            double[] product = Push(direction);
            for (int row = 0; row < product.Length; row++)
                jacobian[row, column] = product[row];
        }

        return jacobian;
    }

    /// <summary>J·direction.</summary>
    public double[] Push(ReadOnlySpan<double> direction) => tape.Push(direction, Outputs);

    /// <summary>weightsᵀ·J.</summary>
    public double[] Pull(ReadOnlySpan<double> weights)
    {
        double[] product = new double[Dimension];
        tape.Pull(Outputs, weights, product);
        return product;
    }

    /// <summary>For every result, the variables that it depends on, in order.</summary>
    public int[][] Pattern() => tape.Pattern(Outputs);

    public void Dispose() => tape.Dispose();
}
