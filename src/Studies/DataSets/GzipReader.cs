using System.Buffers.Binary;
using System.IO.Compression;

namespace ConservativeAD.Studies.DataSets;

/// <summary>
/// Reads a gzip file with one member (RFC 1952). Unlike .NET's stream, it checks the trailer: length and checksum of the content must be present and correct,
/// and nothing may follow.
/// </summary>
internal sealed class GzipReader : IDisposable
{
    /// <summary>The largest ratio of content length to file length that deflate can reach.</summary>
    public const int GreatestRatio = 1032;

    private const int Trailer = 8;
    private const int FixedHeader = 10;
    private const int HasChecksum = 2;
    private const int HasExtra = 4;
    private const int HasName = 8;
    private const int HasComment = 16;
    private const int Reserved = 0xE0;

    private readonly Stream file;
    private readonly string path;
    private readonly Body body;
    private readonly DeflateStream inflater;
    private readonly uint expectedCrc;
    private readonly uint expectedLength;
    private uint crc;
    private uint length;

    /// <summary>Opens a file and reads its header and trailer.</summary>
    /// <param name="file">The file, which must be seekable; it is closed with the reader.</param>
    /// <param name="path">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It is not a gzip file.</exception>
    public GzipReader(Stream file, string path)
    {
        this.file = file;
        this.path = path;
        long end = file.Length - Trailer;
        if (end < FixedHeader)
            throw Broken($"ends at byte {file.Length}, which is too short for header and trailer");
        Span<byte> trailer = stackalloc byte[Trailer];
        file.Position = end;
        file.ReadExactly(trailer);
        expectedCrc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        expectedLength = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        file.Position = 0;
        ReadHeader(end);
        body = new Body(file, end);
        inflater = new DeflateStream(body, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Reads the next bytes.</summary>
    /// <param name="buffer">The destination.</param>
    /// <returns>The number of bytes; 0 at the end, after the trailer was checked.</returns>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it and the byte.</exception>
    public int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = inflater.Read(buffer);
        }
        catch (InvalidDataException problem)
        {
            throw Broken($"has damaged compressed data at or before byte {file.Position}", problem);
        }

        if (read > 0)
        {
            crc = Crc32.Append(crc, buffer[..read]);
            length += (uint)read;
            return read;
        }

        if (body.Left > 0)
            throw Broken($"goes on at byte {file.Position} after the end of its content; files of one member are read. Decompress it by gunzip, if it is "
                + $"whole");
        if (length != expectedLength)
            throw Broken($"says at byte {file.Length - 4} that its content has {expectedLength} bytes, modulo 2³², and holds {length}; it was cut off, or "
                + $"the trailer is missing");
        if (crc != expectedCrc)
            throw Broken($"has the check {expectedCrc:x8} at byte {file.Length - Trailer}, and that of its content is {crc:x8}; it is damaged");
        return 0;
    }

    public void Dispose()
    {
        inflater.Dispose();
        file.Dispose();
    }

    private void ReadHeader(long end)
    {
        uint check = 0;
        byte Next()
        {
            if (file.Position >= end)
                throw Broken($"ends inside its header, at byte {file.Length}");
            int value = file.ReadByte();
            if (value < 0)
                throw Broken($"became shorter while it was read, at byte {file.Position}");
            check = Crc32.Append(check, [(byte)value]);
            return (byte)value;
        }

        if (Next() != 0x1F || Next() != 0x8B)
            throw Broken("does not begin with the bytes 1F 8B");
        if (Next() is not 8 and var method)
            throw Broken($"names the compression method {method} at byte 2; gzip has 8 only");
        int flags = Next();
        if ((flags & Reserved) != 0)
            throw Broken($"sets reserved flags at byte 3 ({flags:x2})");
        for (int skipped = 4; skipped < FixedHeader; skipped++)
            Next();
        if ((flags & HasExtra) != 0)
        {
            for (int extra = Next() | (Next() << 8); extra > 0; extra--)
                Next();
        }

        foreach (int text in (ReadOnlySpan<int>)[HasName, HasComment])
        {
            if ((flags & text) != 0)
            {
                while (Next() != 0)
                {
                }
            }
        }

        if ((flags & HasChecksum) != 0)
        {
            uint expected = check & 0xFFFF;
            if ((Next() | (Next() << 8)) != expected)
                throw Broken($"has a header whose check, at byte {file.Position - 2}, is wrong");
        }
    }

    private InvalidDataException Broken(string what, Exception? inner = null) => new($"{path} is no valid gzip file: it {what}. Fetch it again.", inner);

    // The compressed data. The last bytes are read one by one, to notice bytes that the inflater does not use.
    private sealed class Body(Stream file, long end) : Stream
    {
        private const int Slowly = 64;

        public long Left => end - file.Position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            long most = Left > Slowly ? Left - Slowly : Math.Min(Left, 1);
            return file.Read(buffer[..(int)Math.Min(buffer.Length, most)]);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
