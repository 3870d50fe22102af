using System.Text;

namespace ConservativeAD.Networks;

/// <summary>Files that are there whole or not at all: written under another name, then moved into place.</summary>
internal static class AtomicFile
{
    private const string Suffix = ".tmp";

    public static void WriteText(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    public static void WriteBytes(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + Suffix;
        try
        {
            using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
