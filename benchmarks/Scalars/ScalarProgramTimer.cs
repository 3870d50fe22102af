using System.Diagnostics;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>Runs one scalar program with and without derivatives.</summary>
internal abstract class ScalarProgramTimer : IDisposable
{
    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>Nanoseconds per operation with the scalar tape: medians over some runs after a warm-up run.</summary>
    public abstract ScalarRun Differentiate(int runs);

    /// <summary>Nanoseconds per operation on plain numbers.</summary>
    public abstract double Evaluate(int runs);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <inheritdoc/>
/// <typeparam name="TProgram">The program.</typeparam>
internal sealed class ScalarProgramTimer<TProgram> : ScalarProgramTimer
    where TProgram : struct, IScalarProgram
{
    private readonly ScalarTape tape = new() { LeavesOutZeros = true };
    private readonly double[] input = TProgram.Input();

    public override string Name => TProgram.Name;

    public override string Title => TProgram.Title;

    public override ScalarRun Differentiate(int runs)
    {
        double[] recording = new double[runs], reverse = new double[runs], gradient = new double[input.Length];
        double value = 0;
        for (int run = -1; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            tape.Reset();
            Active[] x = new Active[input.Length];
            for (int i = 0; i < x.Length; i++)
                x[i] = tape.Variable(input[i]);
            Active y = TProgram.Run(x);
            double recorded = Nanoseconds(start);
            start = Stopwatch.GetTimestamp();
            tape.Gradient(y, gradient);
            if (run >= 0)
                (recording[run], reverse[run]) = (recorded, Nanoseconds(start));
            value = y.Value;
        }

        (double weighted, double absolute) = ScalarRun.Sums(gradient);
        return new ScalarRun(Interleaved.Median(recording), Interleaved.Median(reverse), value, weighted, absolute);
    }

    public override double Evaluate(int runs)
    {
        double[] times = new double[runs];
        for (int run = -1; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            TProgram.Run(input);
            if (run >= 0)
                times[run] = Nanoseconds(start);
        }

        return Interleaved.Median(times);
    }

    public override void Dispose() => tape.Dispose();

    private static double Nanoseconds(long start) => Stopwatch.GetElapsedTime(start).TotalNanoseconds / TProgram.Operations;
}
