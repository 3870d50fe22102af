using System.CommandLine;
using System.CommandLine.Parsing;
using ConservativeAD.Distributed;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The program <c>conservative-ad</c>: its commands, and the conversion of failures to one sentence and an exit code.</summary>
internal static class Application
{
    private const int LongestMessage = 2000;

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="width">Columns of tables; the terminal's if null.</param>
    /// <param name="input">Standard input; empty if null.</param>
    /// <param name="cancellation">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, int? width = null, TextReader? input = null,
        CancellationToken cancellation = default) =>
        Run(arguments, new Terminal(output, error, cancellation, width) { Input = input ?? TextReader.Null }, error);

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="terminal">The streams of the command.</param>
    /// <param name="error">Receives the sentence of a failure.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, TextWriter error)
    {
        ParseResult parsed = Parse(Commands(terminal), arguments);
        if (parsed.Errors.Count > 0)
        {
            string command = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
            foreach (string problem in parsed.Errors.Select(problem => problem.Message).Distinct())
                error.WriteLine(Excerpt.Of(problem, LongestMessage));
            error.WriteLine($"See conservative-ad{command} --help.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException problem)
        {
            error.WriteLine(Excerpt.Of(problem.Message, LongestMessage));
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return ExitCode.Cancelled;
        }
        catch (Exception failure) when (CauseOf(failure) is IOException or UnauthorizedAccessException or InvalidDataException
            or MpiException or OnnxException or ArgumentException or InvalidOperationException or NotSupportedException or ArithmeticException
            or OutOfMemoryException)
        {
            error.WriteLine(Excerpt.Of(CauseOf(failure).Message, LongestMessage));
            return ExitCode.Failure;
        }
        catch (Exception fault)
        {
            error.WriteLine(
                $"A fault of the program, which should not happen: {fault.GetType().Name}, {Excerpt.Of(fault.Message, LongestMessage)} Please report it "
                    + $"with the command line and this place:");
            error.WriteLine(fault.StackTrace);
            return ExitCode.Failure;
        }
    }

    /// <summary>What a failure comes from, where several threads worked together: the lack of memory for another thread, for example.</summary>
    /// <param name="failure">The failure.</param>
    internal static Exception CauseOf(Exception failure)
    {
        while (failure is AggregateException or TaskSchedulerException && failure.InnerException is { } inner)
            failure = inner;
        return failure;
    }

    /// <summary>Parses a command line, including its errors.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="arguments">The arguments, without the program's name.</param>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments) =>
        root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>All commands.</summary>
    /// <param name="terminal">Where the commands write.</param>
    public static RootCommand Commands(Terminal terminal) => new("""
        Measures what the choices at the kinks of nonsmooth operations do to automatic differentiation.

        Examples:
          conservative-ad volume                                   how often relu'(0) changes a gradient; about a minute
          conservative-ad volume --networks 1000 --data ~/data     the published table, on MNIST
          conservative-ad train lenet5 --epochs 5 --data ~/data
          conservative-ad maxpool                                  what the choice at ties of max pooling changes
          conservative-ad relu-training                            what the choice of relu'(0) does to training
          conservative-ad inspect                                  small programs at their kinks, with exact answers
          conservative-ad inspect --picture crescent               a picture of one
          conservative-ad check                                    whether gradients are conservative, kinks included
          conservative-ad solve --suite uns                        test problems of nonsmooth optimisation
          conservative-ad diagnose quartic                         what theory says of a run, measured
          conservative-ad lecture                                  the theory, page by page, with measured numbers
          conservative-ad merge results/shard-*                    joins shards of a study that several machines ran
          mpirun -n 8 conservative-ad volume --mpi                 volume, relu-training or train on the ranks of an MPI job
          conservative-ad gradbench                                an outside benchmark of engines, by its protocol

        Data are read from the folder that --data or CONSERVATIVEAD_DATA names; without it, a stand-in is drawn by the program.
        Exit codes: 0 done; 1 failed, or check found a gradient that is not conservative; 2 the command line makes no sense; 130 stopped by Ctrl-C.
        """)
    {
        VolumeCommand.Create(terminal),
        TrainCommand.Create(terminal),
        MaxPoolCommand.Create(terminal),
        CensusCommand.Create(terminal),
        ReluTrainingCommand.Create(terminal),
        InspectCommand.Create(terminal),
        CheckCommand.Create(terminal),
        SolveCommand.Create(terminal),
        DiagnoseCommand.Create(terminal),
        LectureCommand.Create(terminal),
        MergeCommand.Create(terminal),
        GradBenchCommand.Create(terminal),
    };
}
