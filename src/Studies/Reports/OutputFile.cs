using ConservativeAD.Networks;

namespace ConservativeAD.Studies.Reports;

/// <summary>A file that a command writes at its end.</summary>
internal static class OutputFile
{
    /// <summary>Checks that the file can be written, before hours of work depend on it. An existing file is not changed by this.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Demand(string path, string option)
    {
        try
        {
            if (path.Length == 0 || Directory.Exists(path))
                throw new IOException(path.Length == 0 ? "the name is empty" : "it is a folder");
            string trial = $"{path}.{Path.GetRandomFileName()}{AtomicFile.Suffix}";
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} '{Excerpt.Of(path, 400)}' cannot be written ({Excerpt.Of(problem.Message, 400)}); name another file.", problem);
        }
    }
}
