using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The streams of a command, and its cancellation.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Failures, and all text for human readers if results are written as JSON.</param>
/// <param name="Cancellation">Cancelled by Ctrl-C.</param>
/// <param name="Width">Columns; those of the terminal if null.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, CancellationToken Cancellation, int? Width = null)
{
    private const int WidthOfFiles = 160;

    /// <summary>What a command reads, if it reads anything; empty by default.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>The ranks of the job, where the command runs as one of them; null otherwise.</summary>
    public JobRanks? Ranks { get; init; }

    /// <summary>How many threads compute unless the command line says so.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Locks the folder for results.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="command">The command that locks it, in one word.</param>
    /// <returns>The folder; null on ranks other than 0, which write no results.</returns>
    /// <exception cref="UsageException">It cannot be made or written to, or another process has locked it.</exception>
    public ResultsFolder? Open(string path, string command) => Ranks is { IsFirst: false } ? null : ResultsFolder.Open(path, command);

    /// <summary>The console for tables and progress bars; it uses the error stream if the output is JSON.</summary>
    /// <param name="json">Whether the output is JSON.</param>
    public IAnsiConsole Console(bool json)
    {
        TextWriter writer = json ? Error : Output;
        AnsiConsoleOutput output = new(writer);
        // A file or pipe has no colours and no width; the default of 80 columns would break the tables. Launchers give rank 0 a terminal of their own, whose
        // other end is a file or a log.
        bool isTerminal = output.IsTerminal && Ranks is null;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (Width is not null || !isTerminal)
            console.Profile.Width = Width ?? WidthOfFiles;
        return console;
    }
}
