namespace ConservativeAD.Studies.Reports;

/// <summary>The folder that a study writes to.</summary>
internal static class ResultsFolder
{
    /// <summary>Creates the folder if need be, and makes sure up front that files can be written there.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be created or written to.</exception>
    public static void Create(string folder)
    {
        string probe = Path.Combine(folder, $".{Environment.ProcessId}.probe");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The results folder {folder} cannot be written to ({problem.Message}); name another one with --out.", problem);
        }
    }
}
