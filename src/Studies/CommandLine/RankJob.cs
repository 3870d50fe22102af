using System.Globalization;
using System.Text;
using ConservativeAD.Distributed;
using ConservativeAD.Studies.Ranks;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// A command as one rank of an MPI job. Rank 0 prints and writes for all, and what it finds wrong with the request it says alone; what fails later on any rank
/// ends the job with a sentence and an exit code other than 0.
/// </summary>
internal static class RankJob
{
    /// <summary>The option that asks for it.</summary>
    public const string OptionName = "--mpi";

    private const string TasksOfStep = "SLURM_STEP_NUM_TASKS";

    /// <summary>Whether a command line asks for it.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    public static bool IsAsked(IReadOnlyList<string> arguments) => arguments.Contains(OptionName);

    /// <summary>
    /// Says that the output is no terminal for people, before anything is written: launchers give rank 0 one, whose other end is a file or a log.
    /// </summary>
    public static void LeaveTerminal() => Environment.SetEnvironmentVariable("TERM", "dumb");

    /// <summary>Runs a command line as one rank of the job that this process was started in.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellation">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        Communicator communicator;
        try
        {
            communicator = Communicator.Start();
        }
        catch (MpiException problem)
        {
            error.WriteLine(problem.Message);
            return ExitCode.Usage;
        }

        using (communicator)
        {
            if (communicator.Library is null && TasksOfSlurm() is > 1 and int tasks)
            {
                error.WriteLine(FormattableString.Invariant(
                    $"srun started {tasks} processes without MPI, so that each would do all of the work; give it --mpi=pmix or --mpi=pmi2, or use mpirun."));
                return ExitCode.Usage;
            }

            JobRanks ranks = new(communicator);
            int threads = Math.Max(1, Environment.ProcessorCount / RanksOnTheseProcessors(communicator));
            int code = communicator.IsFirst
                ? Application.Run(arguments, new Terminal(output, error, cancellation) { Ranks = ranks, Threads = threads }, error)
                : RunOther(arguments, new Terminal(TextWriter.Null, TextWriter.Null, cancellation) { Ranks = ranks, Threads = threads }, error);
            if (code != 0 && communicator.Size > 1)
                communicator.Abort(code);
            // The others sleep while rank 0 writes.
            communicator.Barrier();
            communicator.Complete();
            return code;
        }
    }

    private static int RunOther(IReadOnlyList<string> arguments, Terminal terminal, TextWriter error)
    {
        StringWriter told = new();
        int code = Application.Run(arguments, terminal, told);
        if (code == ExitCode.Success)
            return code;
        JobRanks ranks = terminal.Ranks!;
        ranks.AwaitBeginning();
        // All ranks were stopped; rank 0 writes what there is, and ends the job.
        if (code == ExitCode.Cancelled)
            ranks.Communicator.Barrier();
        error.Write(string.Create(CultureInfo.InvariantCulture, $"Rank {ranks.Communicator.Rank} of {ranks.Count}: {told}"));
        return code;
    }

    private static int? TasksOfSlurm() =>
        int.TryParse(Environment.GetEnvironmentVariable(TasksOfStep), NumberStyles.None, CultureInfo.InvariantCulture, out int tasks) ? tasks : null;

    // A launcher that binds ranks gives each processors of its own, and .NET counts those only.
    private static int RanksOnTheseProcessors(Communicator communicator)
    {
        byte[] own = Encoding.UTF8.GetBytes($"{Environment.MachineName}\n{AllowedProcessors()}");
        return communicator.AllGatherBytes(own).Count(other => other.AsSpan().SequenceEqual(own));
    }

    private static string? AllowedProcessors()
    {
        const string Status = "/proc/self/status";
        return File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)) : null;
    }
}
