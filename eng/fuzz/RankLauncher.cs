using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ConservativeAD.Fuzz;

/// <summary>Open MPI's launcher on this machine, and the processes that it started.</summary>
internal static class RankLauncher
{
    private const string RankVariable = "OMPI_COMM_WORLD_RANK=";
    private const int Interval = 5;

    private static readonly string? Command = new[] { "mpirun.openmpi", "mpirun" }.FirstOrDefault(IsOpenMpi);

    /// <summary>Why there are no ranks; null if there are.</summary>
    public static string? Refusal { get; } = !OperatingSystem.IsLinux() ? "ranks are killed on Linux only"
        : Command is null ? "Open MPI is not installed (Debian: apt-get install openmpi-bin)" : null;

    /// <summary>The words before a program that start it on ranks of this machine.</summary>
    /// <param name="ranks">Their number.</param>
    public static IReadOnlyList<string> Words(int ranks) =>
        [Command!, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", ranks.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Kills a rank (SIGKILL), as soon as it has started.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <param name="rank">The rank.</param>
    /// <returns>Whether it was killed; false if the job had ended.</returns>
    public static bool Kill(Process launcher, int rank)
    {
        do
        {
            if (ProcessOf(launcher.Id, rank) is not { } id)
                continue;
            try
            {
                using Process process = Process.GetProcessById(id);
                process.Kill();
                return true;
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
            {
                // It has ended meanwhile.
            }
        }
        while (!launcher.WaitForExit(Interval));
        return false;
    }

    // Ranks on the machine of Open MPI's launcher are its children.
    private static int? ProcessOf(int launcher, int rank)
    {
        string wanted = RankVariable + rank.ToString(CultureInfo.InvariantCulture);
        foreach (string word in Text($"/proc/{launcher}/task/{launcher}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Text($"/proc/{word}/environ").Split('\0').Contains(wanted))
                return int.Parse(word, CultureInfo.InvariantCulture);
        }

        return null;
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool IsOpenMpi(string command)
    {
        try
        {
            ProcessStartInfo start = new(command, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string version = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && version.Contains("Open MPI", StringComparison.Ordinal);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
