using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Where a command writes, and how it is told to stop.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Failures; and everything for human eyes while results go out as JSON.</param>
/// <param name="Cancellation">Cancelled by Ctrl-C.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, CancellationToken Cancellation)
{
    private const int WidthOfFiles = 160;

    /// <summary>Tables and progress bars, on the error stream where the output is taken by JSON.</summary>
    /// <param name="json">Whether the output is JSON.</param>
    public IAnsiConsole Console(bool json)
    {
        TextWriter writer = json ? Error : Output;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A file or a pipe has no width; the default of 80 columns would break the tables.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
