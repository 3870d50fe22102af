using System.Diagnostics;

namespace ConservativeAD.Fuzz;

/// <summary>When one of the ranks of a job is killed.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="Milliseconds">The time after the start of the job.</param>
/// <param name="HasBegun">Whether the folder for results has what must be there by then, so that a kill is in the middle of the work; null for any.</param>
internal sealed record RankKill(int Rank, int Milliseconds, Func<string, bool>? HasBegun = null)
{
    private const int Interval = 5;

    /// <summary>Waits for the moment.</summary>
    /// <param name="launcher">The launcher of the job.</param>
    /// <param name="folder">The folder for results.</param>
    /// <returns>Whether it came before the job's end.</returns>
    public bool Await(Process launcher, string folder)
    {
        if (launcher.WaitForExit(Milliseconds))
            return false;
        while (HasBegun is not null && !HasBegun(folder))
        {
            if (launcher.WaitForExit(Interval))
                return false;
        }

        return true;
    }

    /// <summary>The lines of a folder's journal.</summary>
    /// <param name="folder">The folder.</param>
    public static int LinesOf(string folder)
    {
        string journal = Path.Combine(folder, "journal.jsonl");
        if (!File.Exists(journal))
            return 0;
        using FileStream file = new(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader lines = new(file);
        return lines.ReadToEnd().Count(one => one == '\n');
    }
}
