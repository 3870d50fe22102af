using System.IO.Compression;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Fuzz;

/// <summary>IDX files in the formats of MNIST, plain or compressed by gzip.</summary>
/// <param name="isCompressed">Whether the inputs are gzip files.</param>
internal sealed class IdxTarget(bool isCompressed) : FuzzTarget
{
    public override string Name => isCompressed ? "gzip" : "idx";

    public override IReadOnlyList<byte[]> Seeds { get; } = isCompressed
        ? [.. Plain().Where(content => content[3] == 3).Select(Compressed), Named()]
        : [.. Plain()];

    // The valid content of a gzip file can be many times its length, so it is counted while it is read.
    public override long Read(byte[] input)
    {
        int dimensions = input.Length > 3 && !isCompressed && input[3] is 1 or 2 ? input[3] : 3;
        (_, byte[] elements) = IdxFile.Read(() => new MemoryStream(input), isCompressed ? InputName + ".gz" : InputName, dimensions, null);
        return elements.Length;
    }

    public override bool IsDocumented(Exception problem) => problem is InvalidDataException;

    // In half of the cases the content is broken and compressed again; in the others the trailer is repaired.
    public override byte[] Mend(byte[] input, Random random)
    {
        if (!isCompressed)
            return input;
        if (random.Next(2) == 0)
            return Compressed(new Mutator(random, []).Mutate(Plain()[random.Next(Plain().Length)], input));
        if (input.Length < 18)
            return input;
        try
        {
            using DeflateStream inflater = new(new MemoryStream(input, 10, input.Length - 18), CompressionMode.Decompress);
            byte[] content = new byte[1 << 16];
            int length = inflater.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            byte[] mended = [.. input];
            BitConverter.TryWriteBytes(mended.AsSpan(^8), Crc32.Append(0, content.AsSpan(0, length)));
            BitConverter.TryWriteBytes(mended.AsSpan(^4), length);
            return mended;
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            return input;
        }
    }

    private static byte[][] Plain() =>
    [
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[784]],
        [0, 0, 8, 1, 0, 0, 0, 5, 0, 1, 2, 3, 9],
        [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 9, 8, 7, 6],
    ];

    private static byte[] Compressed(byte[] content)
    {
        using MemoryStream file = new();
        using (GZipStream stream = new(file, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(content);
        return file.ToArray();
    }

    private static byte[] Named()
    {
        byte[] packed = Compressed(Plain()[0]);
        return [0x1F, 0x8B, 8, 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, (byte)'n', 0, (byte)'c', 0, .. packed[10..]];
    }
}
