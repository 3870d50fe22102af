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

    /// <summary>The console for tables and progress bars; it uses the error stream if the output is JSON.</summary>
    /// <param name="json">Whether the output is JSON.</param>
    public IAnsiConsole Console(bool json)
    {
        TextWriter writer = json ? Error : Output;
        AnsiConsoleOutput output = new(writer);
        // A file or pipe has no colours and no width; the default of 80 columns would break the tables.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (Width is not null || !output.IsTerminal)
            console.Profile.Width = Width ?? WidthOfFiles;
        return console;
    }
}
