using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Fuzz.Torture;

/// <summary>Words that start a program with a disk, clock or limits of its own, by tools of Linux.</summary>
internal static class Namespaces
{
    /// <summary>Whether programs can be given another clock.</summary>
    public static bool HasClock { get; } = Runs("faketime", "-f", "+1d", "true");

    /// <summary>Whether programs can be given limits.</summary>
    public static bool HasLimits { get; } = Runs("prlimit", "--as=unlimited", "true");

    /// <summary>Why there are no namespaces of a kind; null if there are.</summary>
    /// <param name="kind">The option of unshare.</param>
    public static string? Refusal(string kind) => Runs("unshare", kind, "true") ? null : $"no unshare {kind} here, which needs Linux and root";

    /// <summary>Words before a program that writes to a folder on a disk of a few bytes; what is on it at the end goes back into the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="bytes">The size of the disk.</param>
    public static IReadOnlyList<string> OnSmallDisk(string folder, long bytes)
    {
        const string Script = """
            folder=$1 size=$2; shift 2
            mkdir -p "$folder" "$folder.kept"
            mount -t tmpfs -o size="$size" tmpfs "$folder" || exit 99
            "$@"; code=$?
            cp -a "$folder/." "$folder.kept/" && umount "$folder" && cp -a "$folder.kept/." "$folder/" && rm -rf "$folder.kept"
            exit $code
            """;
        return ["unshare", "--mount", "sh", "-c", Script, "sh", folder, bytes.ToString(CultureInfo.InvariantCulture)];
    }

    /// <summary>Words before a program to which a folder cannot be written to.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> ReadOnly(string folder)
    {
        const string Script = """
            folder=$1; shift
            mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 99
            exec "$@"
            """;
        return ["unshare", "--mount", "sh", "-c", Script, "sh", folder];
    }

    private static bool Runs(params string[] words)
    {
        try
        {
            ProcessStartInfo start = new(words[0], words.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
