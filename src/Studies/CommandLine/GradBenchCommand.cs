using System.CommandLine;
using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.GradBench;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>gradbench</c>: the evals of GradBench, by its protocol.</summary>
internal static class GradBenchCommand
{
    private const int MaximumThreads = 1024;

    public static Command Create(Terminal terminal)
    {
        Option<int> threads = OptionKinds.Number("--threads", "How many threads compute.", 1, 1, MaximumThreads);
        StudyCommand command = new("gradbench", """
            Speaks the protocol of GradBench (github.com/gradbench/gradbench), an outside benchmark of engines: reads one message a line from standard
            input and writes one answer a line to standard output, until the input ends. Implements all of its evals.

            Examples:
              echo '{"id": 0, "kind": "start", "eval": "hello"}' | conservative-ad gradbench
              gradbench run --eval "gradbench repo eval gmm" --tool "conservative-ad gradbench"
            """)
        {
            Plan = parsed => new GradBenchPlan(parsed.GetValue(threads)),
        };
        command.Takes(threads);
        command.SetAction(parsed =>
        {
            GradBenchPlan plan = (GradBenchPlan)command.Plan(parsed);
            using Device device = Device.Cpu(plan.Threads);
            object settings = new { version = Version, runtime = Environment.Version.ToString(), threads = plan.Threads };
            new ProtocolSession(terminal.Input, terminal.Output, device, settings, terminal.Cancellation).Run();
            return ExitCode.Success;
        });
        return command;
    }

    private static string Version =>
        typeof(GradBenchCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}

/// <summary>The request of a <c>gradbench</c> command.</summary>
/// <param name="Threads">The number of threads.</param>
internal sealed record GradBenchPlan(int Threads);
