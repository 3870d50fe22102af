using System.Buffers.Binary;
using System.IO.Compression;

namespace ConservativeAD.Studies.DataSets;

/// <summary>Reads the IDX format of the official MNIST files: two zero bytes, a type, a rank, big-endian extents, elements. Raw or gzip, told apart by content.</summary>
internal static class IdxFile
{
    private const byte UnsignedByte = 0x08;
    private const int MaximumRank = 4;
    private const int ChunkLength = 1 << 20;

    /// <summary>Reads a file of unsigned bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">The rank it must have.</param>
    /// <returns>The extents and the elements in row-major order.</returns>
    /// <exception cref="InvalidDataException">The file is not such a file; the message names it and the offset.</exception>
    public static (int[] Extents, byte[] Elements) Read(string path, int rank)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        bool compressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
        file.Position = 0;
        if (!compressed)
            return Read(file, path, rank);
        using GZipStream stream = new(file, CompressionMode.Decompress);
        try
        {
            return Read(stream, path, rank);
        }
        catch (InvalidDataException broken) when (!broken.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is not a sound gzip file ({broken.Message}); fetch it again.", broken);
        }
    }

    private static (int[] Extents, byte[] Elements) Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * MaximumRank)];
        Fill(stream, header[..4], path, 0);
        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedByte)
            throw new InvalidDataException($"{path} begins with {Convert.ToHexString(header[..4])} at offset 0; an IDX file of unsigned bytes begins with 000008.");
        if (header[3] != rank)
            throw new InvalidDataException($"{path} says at offset 3 that it has {header[3]} axes; {rank} are expected.");
        Fill(stream, header.Slice(4, 4 * rank), path, 4);
        int[] extents = new int[rank];
        long count = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * axis))..]);
            count *= extent;
            if (extent > int.MaxValue || count > Array.MaxLength)
                throw new InvalidDataException($"{path} claims {extent} entries along axis {axis} at offset {4 + (4 * axis)}, more than can be held.");
            extents[axis] = (int)extent;
        }

        return (extents, Elements(stream, path, count, 4 + (4 * rank)));
    }

    // The header's claim is believed only as far as bytes arrive: memory grows with what was read.
    private static byte[] Elements(Stream stream, string path, long count, int offset)
    {
        byte[] elements = new byte[Math.Min(count, ChunkLength)];
        int read = 0;
        while (read < count)
        {
            if (read == elements.Length)
                Array.Resize(ref elements, (int)Math.Min(count, 2L * elements.Length));
            int got = stream.Read(elements, read, elements.Length - read);
            if (got == 0)
                throw new InvalidDataException($"{path} ends at offset {offset + (long)read}; its header claims {count} elements from offset {offset} on. The file is cut short; fetch it again.");
            read += got;
        }

        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"{path} goes on at offset {offset + count}, after the {count} elements that its header claims.");
        return elements;
    }

    private static void Fill(Stream stream, Span<byte> destination, string path, int offset)
    {
        int got = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (got < destination.Length)
            throw new InvalidDataException($"{path} ends at offset {offset + got}, inside its header. The file is cut short; fetch it again.");
    }
}
