using System.Buffers.Binary;
using System.IO.Compression;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// The IDX format of the MNIST files, compressed by gzip or not: two zero bytes, a type (8 for bytes), the number of dimensions, the dimensions as big-endian
/// 32-bit integers, the elements. What a header claims is believed only as far as bytes follow.
/// </summary>
internal static class IdxFile
{
    private const byte TypeOfBytes = 8;
    private const int MostElements = 1 << 30;
    private const int Chunk = 1 << 20;

    /// <summary>Reads a file of bytes.</summary>
    /// <param name="path">The file; its name ends in .gz where it is compressed.</param>
    /// <param name="dimensions">How many dimensions it must have.</param>
    /// <returns>The dimensions and the elements.</returns>
    /// <exception cref="InvalidDataException">The file is not what it should be; the message names it and the offset.</exception>
    public static (int[] Dimensions, byte[] Elements) Read(string path, int dimensions)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            return Read(path, stream, dimensions);
        }
        catch (InvalidDataException problem) when (!problem.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is no valid gzip file ({problem.Message}) Fetch it again.", problem);
        }
    }

    private static (int[] Dimensions, byte[] Elements) Read(string path, Stream stream, int dimensions)
    {
        Span<byte> header = stackalloc byte[4 + (4 * dimensions)];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length)
            throw new InvalidDataException($"{path} ends at byte {read}, inside its header of {header.Length} bytes. Fetch it again.");
        if (header[0] != 0 || header[1] != 0 || header[2] != TypeOfBytes || header[3] != dimensions)
            throw new InvalidDataException($"{path} does not begin as an IDX file of bytes with {dimensions} dimensions does (bytes 0 to 3 are {Convert.ToHexString(header[..4])}, not 0000080{dimensions}). Fetch it again.");
        int[] extents = new int[dimensions];
        long count = 1;
        for (int axis = 0; axis < dimensions; axis++)
        {
            extents[axis] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + (4 * axis))..]);
            if (extents[axis] <= 0 || (count *= extents[axis]) > MostElements)
                throw new InvalidDataException($"{path} claims an extent of {extents[axis]} at byte {4 + (4 * axis)}, which makes no data set. Fetch it again.");
        }

        // One byte more than claimed is asked for, so that a longer file is noticed; memory grows with what arrives.
        using MemoryStream elements = new();
        byte[] chunk = new byte[Chunk];
        while (elements.Length <= count)
        {
            int taken = stream.Read(chunk, 0, (int)Math.Min(Chunk, count + 1 - elements.Length));
            if (taken == 0)
                break;
            elements.Write(chunk, 0, taken);
        }

        if (elements.Length != count)
        {
            string found = elements.Length < count ? $"ends after {elements.Length}" : "has more";
            throw new InvalidDataException($"{path} claims {count} elements and {found}, from byte {header.Length} on. Fetch it again.");
        }

        return (extents, elements.ToArray());
    }
}
