using System.Diagnostics;

namespace ConservativeAD.Fuzz;

/// <summary>When one of the ranks of a job is killed.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="Milliseconds">The time after the start of the job.</param>
/// <param name="Lines">The lines that the journal must have by then, so that a kill is surely in the middle of the work; 0 for any.</param>
internal sealed record RankKill(int Rank, int Milliseconds, int Lines = 0)
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
        string journal = Path.Combine(folder, "journal.jsonl");
        while (Lines > 0 && !(File.Exists(journal) && LinesOf(journal) >= Lines))
        {
            if (launcher.WaitForExit(Interval))
                return false;
        }

        return true;
    }

    private static int LinesOf(string journal)
    {
        using FileStream file = new(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader lines = new(file);
        return lines.ReadToEnd().Count(one => one == '\n');
    }
}
