using System.CommandLine;
using System.CommandLine.Parsing;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The program <c>conservative-ad</c>: its commands, and how failures become one sentence and an exit code.</summary>
internal static class Application
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellation">Cancelled by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        Terminal terminal = new(output, error, cancellation);
        RootCommand root = new("""
            Measures what the choices at the kinks of nonsmooth operations do to automatic differentiation.

            Examples:
              conservative-ad volume                                   how often relu'(0) changes a gradient; about a minute
              conservative-ad volume --networks 1000 --data ~/data     the published table, on MNIST
              conservative-ad train lenet5 --epochs 5 --data ~/data
              conservative-ad inspect                                  small programs at their kinks, with exact answers
              conservative-ad inspect --picture crescent               a picture of one
              conservative-ad check                                    whether gradients are conservative, kinks included
              conservative-ad solve --suite uns                        test problems of nonsmooth optimisation
              conservative-ad diagnose quartic                         what theory says of a run, measured

            Data are read from the folder that --data or CONSERVATIVEAD_DATA names; without it, a stand-in is drawn by the program.
            """)
        {
            VolumeCommand.Create(terminal),
            TrainCommand.Create(terminal),
            InspectCommand.Create(terminal),
            CheckCommand.Create(terminal),
            SolveCommand.Create(terminal),
            DiagnoseCommand.Create(terminal),
        };
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            string command = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
            foreach (ParseError problem in parsed.Errors)
                error.WriteLine(problem.Message);
            error.WriteLine($"See conservative-ad{command} --help.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return ExitCode.Cancelled;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException
            or ArgumentException or InvalidOperationException or NotSupportedException or ArithmeticException or OutOfMemoryException)
        {
            error.WriteLine(failure.Message);
            return ExitCode.Failure;
        }
    }
}
