using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>A scalar program on a tape and on plain numbers.</summary>
/// <typeparam name="TProgram">The program.</typeparam>
internal sealed class TapedProgram<TProgram> : IDisposable
    where TProgram : struct, IScalarProgram
{
    private readonly ScalarTape tape = new();
    private readonly Active[] variables;
    private readonly double[] gradient;

    public TapedProgram() => (variables, gradient) = (new Active[Input.Length], new double[Input.Length]);

    public double[] Input { get; } = TProgram.Input();

    public double Plain() => TProgram.Run(Input);

    public double Gradient()
    {
        tape.Reset();
        for (int i = 0; i < variables.Length; i++)
            variables[i] = tape.Variable(Input[i]);
        tape.Gradient(TProgram.Run(variables), gradient);
        return ScalarRun.Sums(gradient).Weighted;
    }

    public void Dispose() => tape.Dispose();
}
