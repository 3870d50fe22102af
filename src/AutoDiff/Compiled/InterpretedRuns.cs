namespace ConservativeAD.Scalars;

/// <summary>Runs a program on ordinary tapes, which it keeps. It can be used by any thread.</summary>
/// <param name="program">The program.</param>
/// <param name="inputs">The number of its inputs.</param>
/// <param name="selections">The values to return at kinks.</param>
internal sealed class InterpretedRuns(Func<Active[], Active> program, int inputs, Selections selections)
{
    private readonly Lock guard = new();
    private readonly Stack<(ScalarTape Tape, Active[] Variables)> idle = [];

    /// <summary>The value at a point, and its gradient.</summary>
    /// <param name="point">The point.</param>
    /// <param name="gradient">The destination of the gradient; empty if only the value is wanted.</param>
    public double Run(ReadOnlySpan<double> point, Span<double> gradient)
    {
        (ScalarTape tape, Active[] variables) = Take();
        try
        {
            tape.Reset();
            for (int i = 0; i < variables.Length; i++)
                variables[i] = tape.Variable(point[i]);
            Active output = program(variables);
            if (gradient.Length > 0)
                tape.Gradient(output, gradient);
            return output.Number;
        }
        finally
        {
            lock (guard)
                idle.Push((tape, variables));
        }
    }

    private (ScalarTape Tape, Active[] Variables) Take()
    {
        lock (guard)
        {
            if (idle.TryPop(out (ScalarTape, Active[]) kept))
                return kept;
        }

        return (new ScalarTape(selections), new Active[inputs]);
    }
}
