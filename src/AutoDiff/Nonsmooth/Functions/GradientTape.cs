using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>A tape of numbers for gradients alone, with the variables that it gives to programs.</summary>
/// <param name="selections">The values to return at kinks.</param>
internal sealed class GradientTape(Selections selections) : IDisposable
{
    private Active[] variables = [];

    /// <summary>The tape.</summary>
    public ScalarTape Numbers { get; } = ScalarTape.ForGradients(selections);

    /// <summary>Begins a record and returns its variables, in an array that serves the next record of as many variables again.</summary>
    /// <param name="point">The values of the variables.</param>
    public Active[] Begin(ReadOnlySpan<double> point)
    {
        Numbers.Reset();
        if (variables.Length != point.Length)
            variables = new Active[point.Length];
        for (int i = 0; i < variables.Length; i++)
            variables[i] = Numbers.Variable(point[i]);
        return variables;
    }

    /// <inheritdoc/>
    public void Dispose() => Numbers.Dispose();
}
