using System.Buffers.Binary;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// The IDX format of the MNIST files, compressed by gzip or not: two zero bytes, a type (8 for bytes), the number of dimensions, the dimensions as big-endian
/// 32-bit integers, the elements. Memory for the size that a header claims is allocated only after the whole file was found to agree with it.
/// </summary>
internal static class IdxFile
{
    private const byte TypeOfBytes = 8;
    private const int MaximumElements = 1 << 30;
    private const int Chunk = 1 << 14;

    /// <summary>Reads a file of bytes.</summary>
    /// <param name="path">The file; its name ends in .gz if it is compressed.</param>
    /// <param name="dimensions">The required number of dimensions.</param>
    /// <param name="check">Checks the dimensions before any elements are read, and throws if they are wrong.</param>
    /// <returns>The dimensions and the elements.</returns>
    /// <exception cref="InvalidDataException">The file is invalid; the message names it, the byte and the remedy.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading is not permitted.</exception>
    public static (int[] Dimensions, byte[] Elements) Read(string path, int dimensions, Action<int[]>? check = null) =>
        Read(() => File.OpenRead(path), path, dimensions, check);

    /// <summary>Reads a file of bytes that is opened once for each pass.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="path">Its name for messages; ends in .gz if it is compressed.</param>
    /// <param name="dimensions">The required number of dimensions.</param>
    /// <param name="check">Checks the dimensions before any elements are read.</param>
    public static (int[] Dimensions, byte[] Elements) Read(Func<Stream> open, string path, int dimensions, Action<int[]>? check)
    {
        bool isCompressed = path.EndsWith(".gz", StringComparison.Ordinal);
        int header = 4 + (4 * dimensions);
        int[] extents;
        long count = 1;
        using (Source source = new(open(), path, isCompressed))
        {
            extents = ReadHeader(source, path, dimensions);
            foreach (int extent in extents)
                count *= extent;
            check?.Invoke(extents);
            long possible = isCompressed ? source.FileLength * GzipReader.GreatestRatio : source.FileLength - header;
            if (isCompressed ? count > possible : count != possible)
                throw Other(path, count, header, count > possible ? $"{(isCompressed ? "cannot hold more than" : "ends after")} {possible}" : "has more");
            if (isCompressed && CountElements(source, count) is var found && found != count)
                throw Other(path, count, header, found < count ? $"ends after {found}" : "has more");
        }

        // The whole file was found to be present, so memory is allocated now.
        byte[] elements = new byte[count];
        using (Source source = new(open(), path, isCompressed))
        {
            Span<byte> skipped = stackalloc byte[header];
            if (source.Fill(skipped) < header || source.Fill(elements) < count)
                throw new InvalidDataException($"{path} became shorter while it was read. Read it when nobody writes it.");
        }

        return (extents, elements);
    }

    private static int[] ReadHeader(Source source, string path, int dimensions)
    {
        Span<byte> header = stackalloc byte[4 + (4 * dimensions)];
        int read = source.Fill(header);
        if (read < header.Length)
            throw new InvalidDataException($"{path} ends at byte {read}, inside its header of {header.Length} bytes. Fetch it again.");
        if (header[0] != 0 || header[1] != 0 || header[2] != TypeOfBytes || header[3] != dimensions)
            throw new InvalidDataException(
                $"{path} does not begin as an IDX file of bytes with {dimensions} dimensions does (bytes 0 to 3 are "
                    + $"{Convert.ToHexString(header[..4])}, not 0000080{dimensions}). Fetch it again.");
        int[] extents = new int[dimensions];
        long count = 1;
        for (int axis = 0; axis < dimensions; axis++)
        {
            extents[axis] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + (4 * axis))..]);
            if (extents[axis] <= 0 || (count *= extents[axis]) > MaximumElements)
                throw new InvalidDataException(
                    $"{path} claims an extent of {extents[axis]} at byte {4 + (4 * axis)}, which makes no data set. Fetch it again.");
        }

        return extents;
    }

    // Reads to the end, or one byte more than claimed.
    private static long CountElements(Source source, long claimed)
    {
        Span<byte> chunk = stackalloc byte[Chunk];
        long found = 0;
        while (found <= claimed && source.Fill(chunk[..(int)Math.Min(Chunk, claimed + 1 - found)]) is > 0 and var read)
            found += read;
        return found;
    }

    private static InvalidDataException Other(string path, long count, int header, string found) =>
        new($"{path} claims {count} elements and {found}, from byte {header} on. Fetch it again.");

    // The content of a file, compressed or not.
    private readonly struct Source : IDisposable
    {
        private readonly Stream file;
        private readonly GzipReader? compressed;

        public Source(Stream file, string path, bool isCompressed)
        {
            this.file = file;
            FileLength = file.Length;
            try
            {
                compressed = isCompressed ? new GzipReader(file, path) : null;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        public long FileLength { get; }

        public int Fill(Span<byte> buffer)
        {
            if (compressed is null)
                return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            int filled = 0;
            while (filled < buffer.Length && compressed.Read(buffer[filled..]) is > 0 and var read)
                filled += read;
            return filled;
        }

        public void Dispose()
        {
            compressed?.Dispose();
            file.Dispose();
        }
    }
}
