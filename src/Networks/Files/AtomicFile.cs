using System.Text;

namespace ConservativeAD.Networks;

/// <summary>Files that are either complete or absent: they are written under another name, flushed to disk, then moved into place.</summary>
internal static class AtomicFile
{
    /// <summary>The suffix of the name of a file that is being written.</summary>
    public const string Suffix = ".tmp";

    public static void WriteText(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    public static void WriteBytes(string path, ReadOnlySpan<byte> bytes)
    {
        // A unique name, so that two writers of the same file do not collide; the one that finishes last wins.
        string temporary = $"{path}.{Path.GetRandomFileName()}{Suffix}";
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes the unfinished files of killed writers from a folder. Use it only if no one else writes there.</summary>
    /// <param name="folder">The folder.</param>
    public static void RemoveUnfinished(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, $"*{Suffix}"))
            File.Delete(file);
    }
}
