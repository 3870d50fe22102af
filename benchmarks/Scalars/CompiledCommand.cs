using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>The command that measures compiled functions in turn with the tape and with the program on plain numbers.</summary>
internal static class CompiledCommand
{
    private const double SameResult = 1e-9;

    // The JIT compiles a method for the last time after a few dozen calls.
    private const int WarmUps = 40;

    public static Command Create()
    {
        Option<int> rounds = new("--rounds") { Description = "Interleaved rounds.", DefaultValueFactory = _ => 15 };
        Option<string> filter = new("--filter") { Description = "Only programs whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("compiled", "Value and gradient by compiled functions, by the tape, and the value by the plain program.") { rounds, filter };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| program | plain program, ms | tape, ms | compiled, ms | tape / compiled | compiled / plain |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            foreach (Func<ICompiledWorkload> make in All())
            {
                using ICompiledWorkload workload = make();
                if (workload.Title.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase))
                    Console.WriteLine(Row(workload, parsed.GetValue(rounds)));
            }

            return 0;
        });
        return command;
    }

    private static Func<ICompiledWorkload>[] All() =>
    [
        () => new CompiledCalls(),
        () => new CompiledBurgers(),
        () => new CompiledOption(),
        () => new CompiledRosenbrock(),
    ];

    private static string Row(ICompiledWorkload workload, int rounds)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            workload.Plain();
            double expected = workload.Tape(), actual = workload.Compiled();
            if (!(Math.Abs(expected - actual) <= SameResult * (1 + Math.Abs(expected))))
                throw new InvalidOperationException($"{workload.Title}: {actual:R} compiled, {expected:R} by the tape.");
        }

        double[] plain = new double[rounds], tape = new double[rounds], compiled = new double[rounds];
        for (int i = 0; i < rounds; i++)
            (plain[i], tape[i], compiled[i]) = (Time(workload.Plain), Time(workload.Tape), Time(workload.Compiled));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {workload.Title} | {Interleaved.Median(plain):G3} | {Interleaved.Median(tape):G3} | {Interleaved.Median(compiled):G3} | "
                + $"**{Ratio(tape, compiled):0.0}** | **{Ratio(compiled, plain):0.0}** |");
    }

    private static double Ratio(double[] over, double[] under) => Interleaved.Median([.. over.Zip(under, (a, b) => a / b)]);

    private static double Time(Func<double> run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
