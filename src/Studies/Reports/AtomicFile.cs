using System.Text;

namespace ConservativeAD.Studies.Reports;

/// <summary>Writes a file whole or not at all: to a temporary file in the same folder, flushed, then moved into place.</summary>
internal static class AtomicFile
{
    /// <summary>Writes text as UTF-8.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    public static void WriteText(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IOException">The folder cannot be written to; nothing is left behind.</exception>
    public static void WriteBytes(string path, byte[] bytes)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new IOException($"{path} cannot be written ({problem.Message}); name a folder that can be written to with --out.", problem);
        }
    }
}
