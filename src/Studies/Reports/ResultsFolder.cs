using System.Globalization;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>
/// The folder that a command writes to, locked by one process at a time. The lock is the operating system's lock on an open file, so it ends with the process
/// in any case.
/// </summary>
internal sealed class ResultsFolder : IDisposable
{
    /// <summary>The locked file.</summary>
    public const string LockName = ".lock";

    /// <summary>The holder of the lock, for the message to other processes.</summary>
    public const string OwnerName = ".lock-owner";

    // ERROR_SHARING_VIOLATION, and EWOULDBLOCK of Linux and of macOS.
    private const int SharingViolation = 32, WouldBlock = 11, WouldBlockOnBsd = 35;

    private readonly FileStream hold;

    private ResultsFolder(string path, FileStream hold) => (Path, this.hold) = (path, hold);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes and locks the folder, and checks that it can be written to, before hours of work depend on it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="command">The command that locks it, in one word.</param>
    /// <exception cref="UsageException">It cannot be made or written to, or another process has locked it.</exception>
    public static ResultsFolder Open(string path, string command)
    {
        FileStream? hold = null;
        try
        {
            Directory.CreateDirectory(path);
            hold = Hold(path);
            string owner = string.Create(CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName}, {command}, since {DateTime.Now:yyyy-MM-dd HH:mm:ss}");
            AtomicFile.RemoveUnfinished(path);
            AtomicFile.WriteText(System.IO.Path.Combine(path, OwnerName), owner);
            return new ResultsFolder(path, hold);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            hold?.Dispose();
            throw new UsageException(
                $"The folder '{Excerpt.Of(path, 400)}' cannot be written to ({Excerpt.Of(problem.Message, 400)}); name another one by --out.", problem);
        }
    }

    /// <summary>Holds a folder that is read, so that no command writes to it meanwhile.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The hold; null if the folder has never been locked, because it is a copy.</returns>
    /// <exception cref="UsageException">Another process writes to it.</exception>
    public static IDisposable? HoldForReading(string path)
    {
        string file = System.IO.Path.Combine(path, LockName);
        try
        {
            return File.Exists(file) ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read) : null;
        }
        catch (IOException problem) when (IsHeld(problem))
        {
            throw new UsageException($"The folder '{path}' is in use by {Owner(path)}; wait until it ends.", problem);
        }
    }

    public void Dispose() => hold.Dispose();

    private static FileStream Hold(string path)
    {
        string file = System.IO.Path.Combine(path, LockName);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (IsHeld(problem))
        {
            throw new UsageException($"The folder '{path}' is in use by {Owner(path)}; wait until it ends, or name another folder by --out.", problem);
        }
    }

    // Other failures, a folder that is only read for example, are not the lock of another process.
    private static bool IsHeld(IOException problem) => OperatingSystem.IsWindows()
        ? (problem.HResult & 0xFFFF) == SharingViolation
        : problem.HResult is WouldBlock or WouldBlockOnBsd;

    private static string Owner(string path)
    {
        try
        {
            return Excerpt.Of(File.ReadAllText(System.IO.Path.Combine(path, OwnerName)), 300);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
