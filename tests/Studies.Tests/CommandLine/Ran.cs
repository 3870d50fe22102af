using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>The result of running the program with a command line.</summary>
internal sealed record Ran(int ExitCode, string Output, string Error)
{
    public static Ran Program(params string[] arguments) => Program(CancellationToken.None, arguments);

    public static Ran AtWidth(int width, params string[] arguments) => Program(width, arguments, CancellationToken.None);

    public static Ran Program(CancellationToken cancellation, params string[] arguments) => Program(null, arguments, cancellation);

    public static Ran WithInput(string input, params string[] arguments)
    {
        using StringReader reader = new(input);
        return Program(null, arguments, CancellationToken.None, reader);
    }

    private static Ran Program(int? width, string[] arguments, CancellationToken cancellation, TextReader? input = null)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = Application.Run(arguments, output, error, width, input, cancellation);
        return new Ran(code, output.ToString(), error.ToString());
    }
}
