using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Scalars;
using ConservativeAD.Solutions;

namespace ConservativeAD.Benchmarks.Flows;

/// <summary>The command that measures the time and the memory of solutions of many steps and of their adjoints.</summary>
internal static class FlowsCommand
{
    private const double End = 100;

    private static readonly (string Name, Flow Flow, FlowMethod Method)[] Rows =
    [
        ("oscillator, smooth", Oscillator(x => x), FlowMethod.RungeKutta4),
        ("oscillator, a spring that only pulls", Oscillator(x => Active.Relu(x)), FlowMethod.RungeKutta4),
        ("oscillator, smooth, implicit", Oscillator(x => x), FlowMethod.TrBdf2),
    ];

    public static Command Create()
    {
        Option<int> steps = new("--steps") { Description = "The number of steps.", DefaultValueFactory = _ => 1_000_000 };
        Command command = new("flows", "Time and memory of a flow of many steps and of its adjoint, one thread.") { steps };
        command.SetAction(parsed =>
        {
            int count = parsed.GetValue(steps);
            Console.WriteLine("| flow | method | steps | events | forward, s | adjoint, s | live after it, MB | peak of the process, MB |");
            Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach ((string name, Flow flow, FlowMethod method) in Rows)
            {
                Stopwatch watch = Stopwatch.StartNew();
                FlowSolution solution = flow.Solve([1, 0], [2, 0.01], 0, End, new IntegrationOptions { Method = method, StepSize = End / count });
                double forward = watch.Elapsed.TotalSeconds;
                watch.Restart();
                solution.Reverse([1, 0]);
                double adjoint = watch.Elapsed.TotalSeconds, live = GC.GetTotalMemory(true) / 1e6;
                using Process process = Process.GetCurrentProcess();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {method} | {solution.Steps} | {solution.Events.Count} | {forward:0.0} | {adjoint:0.0} | {live:0.0} "
                        + $"| {process.PeakWorkingSet64 / 1e6:0} |"));
                GC.KeepAlive(solution);
            }

            return 0;
        });
        return command;
    }

    private static Flow Oscillator(Func<Active, Active> spring) =>
        Flow.OfScalars(2, 2, (t, x, p) => [x[1], Active.Cos(t) - (p[0] * spring(x[0])) - (p[1] * x[1]) - x[0]]);
}
