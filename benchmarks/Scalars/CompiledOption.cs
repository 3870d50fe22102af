using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>The price of one call at 1000 points, one call of the function each.</summary>
internal sealed class CompiledOption : ICompiledWorkload
{
    private const int Points = 1000;

    private readonly ScalarTape tape = new();
    private readonly CompiledFunction price = CompiledFunction.Of(x => BlackScholes.Price(x[0], x[1], x[2], x[3], x[4], x[5]), 6);
    private readonly Active[] variables = new Active[6];
    private readonly double[] point = [100, 0.25, 0.03, 0, 0.7, 1];
    private readonly double[] gradient = new double[6];

    public string Title => "Black–Scholes, one call at a time, 1000 times";

    public double Plain()
    {
        double sum = 0;
        for (int i = 0; i < Points; i++)
            sum += BlackScholes.Price(100, 0.25, 0.03, 80 + (0.04 * i), 0.7, 1.0);
        return sum;
    }

    public double Tape()
    {
        double sum = 0;
        for (int i = 0; i < Points; i++)
        {
            tape.Reset();
            point[3] = 80 + (0.04 * i);
            for (int k = 0; k < 6; k++)
                variables[k] = tape.Variable(point[k]);
            Active y = BlackScholes.Price(variables[0], variables[1], variables[2], variables[3], variables[4], variables[5]);
            tape.Gradient(y, gradient);
            sum += ScalarRun.Sums(gradient).Weighted;
        }

        return sum;
    }

    public double Compiled()
    {
        double sum = 0;
        for (int i = 0; i < Points; i++)
        {
            point[3] = 80 + (0.04 * i);
            price.ValueAndGradient(point, gradient);
            sum += ScalarRun.Sums(gradient).Weighted;
        }

        return sum;
    }

    public void Dispose() => tape.Dispose();
}
