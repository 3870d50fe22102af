namespace ConservativeAD.Studies.CommandLine;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>The study is complete.</summary>
    public const int Success = 0;

    /// <summary>The study could not be made: a file, a folder, a loss that is not a number.</summary>
    public const int Failure = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C; what was finished is written (128 + SIGINT, as shells count).</summary>
    public const int Cancelled = 130;
}
