using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Solvers;

namespace ConservativeAD.Benchmarks.Problems;

/// <summary>The command that measures the cost of gradients of the large-scale test problems relative to their values, by the number of variables.</summary>
internal static class ProblemsCommand
{
    private const double WarmUpSeconds = 1;
    private const double SampleSeconds = 0.02;

    public static Command Create()
    {
        Option<int[]> sizes = new("--n")
        {
            Description = "Numbers of variables.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1000, 10_000, 100_000]
        };
        Option<int> samples = new("--samples") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 9 };
        Command command = new("problems", "Value, and value with gradient, of each large-scale test problem in turn, at its start.") { sizes, samples };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| problem | n | value, ms | value and gradient, ms | ratio | gradient, ns a variable |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            foreach (string name in TestProblems.Suite("large", 2).Select(problem => problem.Name))
            {
                foreach (int n in parsed.GetValue(sizes)!)
                    Measure(TestProblems.Named(name, n), parsed.GetValue(samples));
            }

            return 0;
        });
        return command;
    }

    private static void Measure(TestProblem problem, int samples)
    {
        double[] point = [.. problem.Start];
        void Value() => problem.Objective.Value(point);
        double[] gradientThere = new double[point.Length];
        void Gradient() => problem.Objective.Gradient(point, gradientThere);

        // Warms up until the code is compiled with full optimisation.
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds)
        {
            Value();
            Gradient();
        }

        int repeats = (int)Math.Clamp(SampleSeconds / Seconds(Gradient, 3), 1, 10_000);
        double[] values = new double[samples], gradients = new double[samples];
        for (int i = 0; i < samples; i++)
            (values[i], gradients[i]) = (Seconds(Value, repeats), Seconds(Gradient, repeats));
        double value = Interleaved.Median(values), gradient = Interleaved.Median(gradients),
            ratio = Interleaved.Median([.. values.Zip(gradients, (v, g) => g / v)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {problem.Name} | {problem.Dimension} | {1e3 * value:0.####} | {1e3 * gradient:0.####} | {ratio:0.00} | "
                + $"{1e9 * gradient / problem.Dimension:0.#} |"));
    }

    private static double Seconds(Action run, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
            run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }
}
