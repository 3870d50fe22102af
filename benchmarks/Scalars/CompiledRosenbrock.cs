using System.Numerics;
using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>Rosenbrock's chain of 100 variables, compiled whole, 100 times.</summary>
internal sealed class CompiledRosenbrock : ICompiledWorkload
{
    private const int Calls = 100;

    private readonly ScalarTape tape = new();
    private readonly CompiledFunction function = CompiledFunction.Of(x => Chain<Active>(x), 100);
    private readonly double[] point = [.. Enumerable.Range(0, 100).Select(i => Math.Cos(i))];
    private readonly Active[] variables = new Active[100];
    private readonly double[] gradient = new double[100];

    public string Title => "Rosenbrock's chain of 100 variables, 100 times";

    public double Plain()
    {
        double sum = 0;
        for (int call = 0; call < Calls; call++)
            sum += Chain<double>(point);
        return sum;
    }

    public double Tape()
    {
        for (int call = 0; call < Calls; call++)
        {
            tape.Reset();
            for (int i = 0; i < point.Length; i++)
                variables[i] = tape.Variable(point[i]);
            tape.Gradient(Chain<Active>(variables), gradient);
        }

        return ScalarRun.Sums(gradient).Weighted;
    }

    public double Compiled()
    {
        for (int call = 0; call < Calls; call++)
            function.ValueAndGradient(point, gradient);
        return ScalarRun.Sums(gradient).Weighted;
    }

    public void Dispose() => tape.Dispose();

    private static T Chain<T>(ReadOnlySpan<T> x)
        where T : struct, IFloatingPointIeee754<T>
    {
        T sum = T.Zero, hundred = T.CreateTruncating(100);
        for (int i = 0; i + 1 < x.Length; i++)
        {
            T bend = x[i + 1] - (x[i] * x[i]), rest = T.One - x[i];
            sum += (hundred * bend * bend) + (rest * rest);
        }

        return sum;
    }
}
