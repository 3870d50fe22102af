using ConservativeAD.Studies.CommandLine;

namespace ConservativeAD.Studies.Tests.CommandLine;

/// <summary>What the program did with a command line.</summary>
internal sealed record Ran(int ExitCode, string Output, string Error)
{
    public static Ran Program(params string[] arguments) => Program(CancellationToken.None, arguments);

    public static Ran Program(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = Application.Run(arguments, output, error, cancellation);
        return new Ran(code, output.ToString(), error.ToString());
    }
}
