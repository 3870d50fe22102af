using System.CommandLine;

namespace ConservativeAD.Benchmarks.Ranks;

/// <summary>The command that measures how a study speeds up with ranks, which it starts by mpirun itself.</summary>
internal static class ScalingCommand
{
    public static Command Create()
    {
        Option<int> ranks = new("--ranks") { Description = "Ranks that are compared with one.", DefaultValueFactory = _ => 2 };
        Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 7 };
        Option<int> networks = new("--networks") { Description = "Random networks in a row of the table.", DefaultValueFactory = _ => 256 };
        Option<string> launcher = new("--launcher")
        {
            Description = "The command that starts ranks, before their number.",
            DefaultValueFactory = _ => "mpirun --allow-run-as-root --oversubscribe --bind-to none -n",
        };
        Command command = new("scaling", "Measures volume on several ranks against one, each with one thread, in turn.") { ranks, pairs, networks, launcher };
        command.SetAction(parsed =>
        {
            StudyScaling scaling = new(parsed.GetValue(launcher)!.Split(' ', StringSplitOptions.RemoveEmptyEntries), parsed.GetValue(networks));
            Console.WriteLine(scaling.Measure(parsed.GetValue(ranks), parsed.GetValue(pairs)));
            return 0;
        });
        return command;
    }
}
