using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Benchmarks.Workloads;

namespace ConservativeAD.Benchmarks.Limits;

/// <summary>The command that measures matrix products against the processor's peak, and gradients against their functions.</summary>
internal static class LimitsCommand
{
    private static readonly int[] Sizes = [64, 128, 256, 512, 1024, 2048];
    private static readonly int[] Inputs = [10, 100, 1000, 10_000, 100_000, 1_000_000];

    public static Command Create()
    {
        Option<int> samples = new("--samples") { Description = "Samples of each.", DefaultValueFactory = _ => 15 };
        Command command = new("limits",
            "Matrix products against one core's measured peak of multiply-adds, and the cost of a gradient over its function by the number of "
                + "inputs.") { samples };
        command.SetAction(parsed =>
        {
            Products(parsed.GetValue(samples));
            Ratios(parsed.GetValue(samples));
            return 0;
        });
        return command;
    }

    private static void Products(int samples)
    {
        Console.WriteLine("| float32 matrix product, one thread | GFLOP/s | peak, GFLOP/s | share |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (int n in Sizes)
        {
            using MatrixProductWorkload<float> workload = new(n, 1, false);
            double[] rates = new double[samples], peaks = new double[samples];
            int repeats = (int)Math.Max(1, 4e8 / Math.Pow(n, 3));
            for (int sample = -1; sample < samples; sample++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < repeats; i++)
                    workload.Ours();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / repeats, peak = FmaPeak.Measure(1);
                if (sample >= 0)
                    (rates[sample], peaks[sample]) = (2 * Math.Pow(n, 3) / seconds / 1e9, peak / 1e9);
            }

            double share = Interleaved.Median([.. rates.Zip(peaks, (rate, peak) => rate / peak)]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {n} | {Interleaved.Median(rates):0} | {Interleaved.Median(peaks):0} | **{100 * share:0} %** |"));
        }

        Console.WriteLine();
    }

    private static void Ratios(int samples)
    {
        Console.WriteLine("| inputs | arrays: forward, ns an input | backward | ratio | numbers: forward, ns an input | backward | ratio |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (int inputs in Inputs)
        {
            (double forward, double backward) = BackwardRatio.OnArrays(inputs, samples);
            (double scalarForward, double scalarBackward) = BackwardRatio.OnNumbers(inputs, samples);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {inputs} | {forward:0.##} | {backward:0.##} | **{backward / forward:0.00}** | {scalarForward:0.##} | {scalarBackward:0.##} | "
                    + $"**{scalarBackward / scalarForward:0.00}** |"));
        }
    }
}
