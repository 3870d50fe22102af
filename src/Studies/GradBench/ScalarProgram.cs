using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench;

/// <summary>A program on single numbers with its gradient: recorded anew at each run, as its branches may turn out otherwise.</summary>
/// <param name="program">Computes the output from the variables.</param>
/// <param name="point">The values of the variables.</param>
internal sealed class ScalarProgram(Func<Active[], Active> program, double[] point) : IDisposable
{
    private readonly ScalarTape tape = new() { LeavesOutZeros = true };
    private readonly Active[] variables = new Active[point.Length];
    private readonly double[] gradient = new double[point.Length];

    /// <summary>Runs the program and returns the gradient, in memory that the next run writes again.</summary>
    public double[] Gradient()
    {
        tape.Reset();
        for (int i = 0; i < variables.Length; i++)
            variables[i] = tape.Variable(point[i]);
        tape.Gradient(program(variables), gradient);
        return gradient;
    }

    /// <inheritdoc/>
    public void Dispose() => tape.Dispose();
}
