namespace ConservativeAD.Studies.CommandLine;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>The study is complete.</summary>
    public const int Success = 0;

    /// <summary>The study failed, for example because of a damaged file or a NaN loss, or check found a gradient that is not conservative.</summary>
    public const int Failure = 1;

    /// <summary>The request is invalid: an option, a name, or a folder that is missing, not writable or in use. No work was done.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM after writing the finished results (128 + SIGINT, the convention of shells).</summary>
    public const int Cancelled = 130;
}
