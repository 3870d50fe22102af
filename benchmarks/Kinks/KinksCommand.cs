using System.CommandLine;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Kinks;

/// <summary>The command that measures the cost of a census and of a Clarke gradient relative to plain backpropagation.</summary>
internal static class KinksCommand
{
    private static readonly int[] Sizes = [100, 1000, 10_000, 100_000, 1_000_000];

    public static Command Create()
    {
        Option<int> threads = new("--threads") { Description = "How many threads compute.", DefaultValueFactory = _ => 1 };
        Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 21 };
        Option<string> filter = new("--filter") { Description = "Only programs whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("kinks", "Measures a kink census and a Clarke gradient in turn with plain backpropagation of the same program.") { threads, pairs,
            filter };
        command.SetAction(parsed =>
        {
            int count = parsed.GetValue(threads);
            Console.WriteLine("| program | kinks | plain, ms | with census | Clarke gradient |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            foreach (KinkProgram program in KinkProgram.All(count).Concat(Sizes.Select(size => KinkProgram.Inputs(size, count))))
            {
                using (program)
                {
                    if (!program.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase))
                        continue;
                    Measurement census = Measure(program, program.WithCensus, count, parsed.GetValue(pairs)),
                        clarke = Measure(program, program.Clarke, count, parsed.GetValue(pairs));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {program.Name} | {program.CountKinks()} | {clarke.OursMilliseconds:0.###} | {Ratio(census)} | {Ratio(clarke)} |"));
                }
            }

            return 0;
        });
        return command;
    }

    private static Measurement Measure(KinkProgram program, Action closer, int threads, int pairs)
    {
        using KinkCost cost = new(program.Plain, closer);
        return Interleaved.Run(program.Name, cost, threads, pairs, true);
    }

    private static string Ratio(Measurement measured) =>
        string.Create(CultureInfo.InvariantCulture, $"{measured.Ratio:0.000} ({measured.Low:0.00} – {measured.High:0.00})");
}
