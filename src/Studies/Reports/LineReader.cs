namespace ConservativeAD.Studies.Reports;

/// <summary>Reads the lines of a file one at a time, and none longer than allowed. Bytes after the last line break are not a line.</summary>
/// <param name="stream">The file.</param>
/// <param name="path">Its name for messages.</param>
/// <param name="longest">The most bytes of a line.</param>
internal sealed class LineReader(Stream stream, string path, int longest)
{
    private const int Chunk = 4096;

    private byte[] buffer = new byte[Chunk];
    private int start;
    private int end;

    /// <summary>The number of the last line read, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The position after the last line read, including its line break.</summary>
    public long Position { get; private set; }

    /// <summary>The bytes after the last line break, at the end of the file.</summary>
    public int Torn { get; private set; }

    /// <summary>The next line without its line break, valid until the next call; null at the end.</summary>
    /// <exception cref="InvalidDataException">A line is longer than allowed.</exception>
    public ReadOnlyMemory<byte>? Next()
    {
        int searched = start;
        while (true)
        {
            int found = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                ReadOnlyMemory<byte> line = buffer.AsMemory(start, searched + found - start);
                start = searched + found + 1;
                Position += line.Length + 1;
                Number++;
                return line;
            }

            if (end - start > longest)
                throw new InvalidDataException(
                    $"Line {Number + 1} of {path} is longer than {longest} bytes, so that the file is no journal; leave --resume out to start over, or name "
                        + $"another folder by --out.");
            searched = end - start;
            if (!Refill())
            {
                Torn = end - start;
                return null;
            }
        }
    }

    // Moves the unfinished line to the start of the buffer and reads more bytes after it.
    private bool Refill()
    {
        int kept = end - start;
        byte[] target = kept + Chunk > buffer.Length ? new byte[Math.Max(2 * buffer.Length, kept + Chunk)] : buffer;
        buffer.AsSpan(start, kept).CopyTo(target);
        (buffer, start, end) = (target, 0, kept);
        int read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        return read > 0;
    }
}
