using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>One run of a program with several results.</summary>
internal sealed class RecordedMap : IDisposable
{
    private readonly bool ownsTape;

    public RecordedMap(Func<Active[], Active[]> program, ReadOnlySpan<double> point, Selections? selections)
        : this(program, point, new ScalarTape(selections), true)
    {
    }

    /// <summary>Records on a given tape, which is reset and stays the caller's.</summary>
    public RecordedMap(Func<Active[], Active[]> program, ReadOnlySpan<double> point, ScalarTape tape)
        : this(program, point, tape, false)
    {
    }

    private RecordedMap(Func<Active[], Active[]> program, ReadOnlySpan<double> point, ScalarTape tape, bool ownsTape)
    {
        ArgumentNullException.ThrowIfNull(tape);
        (Tape, this.ownsTape) = (tape, ownsTape);
        try
        {
            ArgumentNullException.ThrowIfNull(program);
            if (point.Length == 0)
                throw new ArgumentException("A point of no variables was given.", nameof(point));
            Tape.Reset();
            Active[] variables = new Active[point.Length];
            for (int i = 0; i < variables.Length; i++)
                variables[i] = Tape.Variable(point[i]);
            Outputs = program(variables) ?? throw new InvalidOperationException("The program returned no results.");
            Dimension = variables.Length;
            Nodes = Tape.NodesOf(Outputs);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ScalarTape Tape { get; }

    public Active[] Outputs { get; }

    /// <summary>The nodes of the outputs; 0 for constants.</summary>
    public int[] Nodes { get; }

    public int Dimension { get; }

    public double[,] ByRows() => Tape.Gradients(Outputs);

    public double[,] ByColumns()
    {
        double[,] jacobian = new double[Outputs.Length, Dimension];
        UnitSeeds seeds = new(Dimension);
        for (int first = 0; first < Dimension;)
        {
            int width = Tape.PushRows(seeds, first);
            for (int row = 0; row < Nodes.Length; row++)
            {
                ReadOnlySpan<double> derivatives = Tape.RowOf(Nodes[row]);
                for (int k = 0; k < width; k++)
                    jacobian[row, first + k] = derivatives[k];
            }

            first += width;
        }

        return jacobian;
    }

    /// <summary>J·direction.</summary>
    public double[] Push(ReadOnlySpan<double> direction) => Tape.Push(direction, Outputs);

    /// <summary>weightsᵀ·J.</summary>
    public double[] Pull(ReadOnlySpan<double> weights)
    {
        double[] product = new double[Dimension];
        Tape.Pull(Outputs, weights, product);
        return product;
    }

    /// <summary>For every result, the variables that it depends on, in order.</summary>
    public int[][] Pattern() => Tape.Pattern(Nodes);

    public void Dispose()
    {
        if (ownsTape)
            Tape.Dispose();
    }
}
