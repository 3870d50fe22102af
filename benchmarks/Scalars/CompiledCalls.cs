using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>Black–Scholes prices of 100 000 calls: the price of one call, compiled, for all of them. Volatility and rate are shared.</summary>
internal sealed class CompiledCalls : ICompiledWorkload
{
    private readonly TapedProgram<BlackScholes> taped = new();
    private readonly CompiledFunction price = CompiledFunction.Of(x => BlackScholes.Price(x[0], x[1], x[2], x[3], x[4], x[5]), 6);
    private readonly int calls;
    private readonly double[] data;
    private readonly double[] gradient;
    private readonly double[] ones;
    private readonly double[] prices;
    private readonly double[] wanted;
    private readonly InputColumn[] inputs;

    public CompiledCalls()
    {
        // Spots, volatility and rate as in the program's input; behind them what is constant there.
        calls = taped.Input.Length - 2;
        (double[] strikes, double[] times, double[] weights) = BlackScholes.Contracts();
        data = [.. taped.Input, .. strikes, .. times, .. weights];
        gradient = new double[data.Length];
        wanted = new double[taped.Input.Length];
        prices = new double[calls];
        ones = [.. Enumerable.Repeat(1.0, calls)];
        int behind = taped.Input.Length;
        inputs =
        [
            InputColumn.From(0), InputColumn.Shared(calls), InputColumn.Shared(calls + 1), InputColumn.From(behind), InputColumn.From(behind + calls),
            InputColumn.From(behind + (2 * calls)),
        ];
    }

    public string Title => BlackScholes.Title;

    public double Plain() => taped.Plain();

    public double Tape() => taped.Gradient();

    public double Compiled()
    {
        Array.Clear(gradient);
        price.PullColumns(data, inputs, ones, prices, gradient);
        gradient.AsSpan(0, wanted.Length).CopyTo(wanted);
        return ScalarRun.Sums(wanted).Weighted;
    }

    public void Dispose() => taped.Dispose();
}
