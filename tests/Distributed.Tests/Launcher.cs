using System.Diagnostics;

namespace ConservativeAD.Distributed.Tests;

/// <summary>The MPI launchers that the tests use where they are installed: <c>mpirun</c> of Open MPI, and of MPICH.</summary>
/// <param name="Name">The implementation's name.</param>
/// <param name="Commands">The names of its launcher.</param>
/// <param name="Options">What it needs to run more ranks than there are cores, as any user.</param>
public sealed record Launcher(string Name, string[] Commands, string[] Options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static Launcher OpenMpi { get; } = new("Open MPI", ["mpirun.openmpi", "mpirun"], ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]);

    public static Launcher Mpich { get; } = new("MPICH", ["mpirun.mpich", "mpiexec.hydra"], []);

    public static Launcher Named(string name) => name == OpenMpi.Name ? OpenMpi : Mpich;

    /// <summary>Runs the program of the ranks.</summary>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="arguments">The program's arguments.</param>
    public Outcome Run(int ranks, params string[] arguments) => RunWith([], ranks, arguments);

    /// <summary>Runs the program of the ranks with variables in its environment.</summary>
    public Outcome RunWith(Dictionary<string, string> variables, int ranks, params string[] arguments)
    {
        using Process process = Start(variables, ranks, arguments);
        return Finish(process);
    }

    /// <summary>Starts the program of the ranks.</summary>
    public Process Start(Dictionary<string, string> variables, int ranks, params string[] arguments)
    {
        Assert.SkipWhen(Command is null, $"{Name} is not installed: none of {string.Join(", ", Commands)} is on the path (Debian: apt-get install "
            + $"{(this == OpenMpi ? "openmpi-bin" : "mpich")}).");
        return Start(Command!, [.. Options, "-n", $"{ranks}", Dotnet, Program, .. arguments], variables);
    }

    /// <summary>Runs the program without a launcher.</summary>
    public static Outcome RunAlone(Dictionary<string, string> variables, params string[] arguments)
    {
        using Process process = Start(Dotnet, [Program, .. arguments], variables);
        return Finish(process);
    }

    /// <summary>Waits for the end of a job, which comes or is a failure.</summary>
    public static Outcome Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The job did not end in {Longest}.");
        }

        return new Outcome(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    private static string Dotnet => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private static string Program => Path.Combine(AppContext.BaseDirectory, "ConservativeAD.Distributed.Ranks.dll");

    private string? Command => Commands.SelectMany(command => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, command))).FirstOrDefault(File.Exists);

    private static Process Start(string command, string[] arguments, Dictionary<string, string> variables)
    {
        ProcessStartInfo start = new(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // Ranks that share a core need no more threads than one each, and nothing that watches for a terminal.
        start.Environment["TERM"] = "dumb";
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}

/// <summary>How a job ended.</summary>
/// <param name="Code">The launcher's exit code.</param>
/// <param name="Output">What the ranks printed.</param>
/// <param name="Errors">What they and the launcher printed as errors.</param>
public sealed record Outcome(int Code, string Output, string Errors)
{
    /// <summary>The lines of the output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public override string ToString() => $"exit code {Code}\n{Output}\n{Errors}";
}
