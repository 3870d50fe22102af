using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Solvers;

namespace ConservativeAD.Benchmarks.Problems;

/// <summary>The command that solves the large-scale test problems by the methods that scale.</summary>
internal static class LargeScaleCommand
{
    private const double Near = 1e-5;

    public static Command Create()
    {
        Option<int[]> sizes = new("--n")
        {
            Description = "Numbers of variables.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1000, 10_000, 100_000]
        };
        Option<string[]> methods = new("--method")
        {
            Description = "Methods.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["lmbm", "lbfgs"]
        };
        Option<int> evaluations = new("--evaluations")
        {
            Description = "Evaluations at 1000 variables or fewer; in inverse proportion with more.",
            DefaultValueFactory = _ => 30_000
        };
        Option<double> seconds = new("--time-limit") { Description = "Seconds for each run.", DefaultValueFactory = _ => 60 };
        Command command = new("large-scale", "Solves each large-scale test problem by each method: evaluations, gap, seconds.")
        {
            sizes,
            methods,
            evaluations,
            seconds,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| problem | n | method | evaluations | gap | seconds | evaluations to 1E-5 | seconds | stopped |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            foreach (int n in parsed.GetValue(sizes)!)
            {
                SolverOptions options = new()
                {
                    EvaluationLimit = (int)Math.Max(1, parsed.GetValue(evaluations) / Math.Max(1, n / 1000.0)),
                    TimeLimit = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                };
                foreach (string name in TestProblems.Suite("large", 2).Select(problem => problem.Name))
                {
                    foreach (string method in parsed.GetValue(methods)!)
                        Solve(TestProblems.Named(name, n), NonsmoothMethods.Named(method), options);
                }
            }

            return 0;
        });
        return command;
    }

    private static void Solve(TestProblem problem, INonsmoothSolver method, SolverOptions options)
    {
        // The first run compiles.
        method.Minimize(problem.Objective, [.. problem.Start], options with { EvaluationLimit = Math.Min(100, options.EvaluationLimit) });
        long start = Stopwatch.GetTimestamp();
        FirstNear near = new(problem, start);
        SolverResult result = method.Minimize(problem.Objective, [.. problem.Start], options, near);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string reached = near.Reached is { } first
            ? string.Create(CultureInfo.InvariantCulture, $"{first.Evaluations} | {first.Seconds:0.00}")
            : "– | –";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {problem.Name} | {problem.Dimension} | {method.Name} | {result.Evaluations} | {problem.Gap(result.Value):0.0E+0} | {seconds:0.00} | "
                + $"{reached} | {Stopped(result.Reason)} |"));
    }

    private static string Stopped(StopReason reason) => reason switch
    {
        StopReason.Stationary => "stationary",
        StopReason.NoProgress => "no progress",
        StopReason.EvaluationLimit => "limit",
        StopReason.TimeLimit => "time",
        _ => "unbounded",
    };

    // Notes when the value is first near the optimum.
    private sealed class FirstNear(TestProblem problem, long start) : IProgress<SolverProgress>
    {
        public (int Evaluations, double Seconds)? Reached { get; private set; }

        public void Report(SolverProgress value)
        {
            if (Reached is null && problem.Gap(value.Value) <= Near)
                Reached = (value.Evaluations, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
