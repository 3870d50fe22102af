namespace ConservativeAD.Studies.Reports;

/// <summary>The folder that a study writes to.</summary>
internal static class ResultsFolder
{
    /// <summary>Makes the folder and makes sure that it can be written to, before hours of work depend on it.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    public static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string trial = Path.Combine(folder, $".trial-{Environment.ProcessId}");
            File.WriteAllBytes(trial, []);
            File.Delete(trial);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"The folder {folder} cannot be written to ({problem.Message}); name another one by --out.", problem);
        }
    }
}
