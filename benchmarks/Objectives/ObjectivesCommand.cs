using System.CommandLine;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;

namespace ConservativeAD.Benchmarks.Objectives;

/// <summary>The command that measures the gradient of an objective in turn with that of a tape of one's own.</summary>
internal static class ObjectivesCommand
{
    private static readonly int[] Sizes = [2, 1000, 100_000];

    public static Command Create()
    {
        Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 15 };
        Option<string> filter = new("--filter") { Description = "Only programs whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("objectives", "Measures the gradient of an objective in turn with that of a tape of one's own.") { pairs, filter };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| program | objective, µs | own tape, µs | objective / own tape | bytes a call |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            Func<int, ObjectiveGradient>[] kinds = [ObjectiveGradient.OfNumbers, ObjectiveGradient.OfNumbersWithKinks, ObjectiveGradient.OfArray];
            foreach (Func<int, ObjectiveGradient> make in kinds)
            {
                foreach (int size in Sizes)
                {
                    using ObjectiveGradient program = make(size);
                    if (!program.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase))
                        continue;
                    Measurement row = Interleaved.Run(program.Name, program, Environment.ProcessorCount, parsed.GetValue(pairs), true);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {program.Name} | {row.OursMilliseconds * 1000:G3} | {row.PeerMilliseconds * 1000:G3} | **{1 / row.Ratio:0.00}** "
                            + $"({1 / row.High:0.00} – {1 / row.Low:0.00}) | {program.Bytes()} |"));
                }
            }

            return 0;
        });
        return command;
    }
}
