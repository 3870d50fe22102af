using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// The safetensors format (Hugging Face). A file consists of the header's length as eight little-endian bytes, the header, and the bytes of the tensors. The
/// header is a JSON object with the type, shape and byte range of each tensor, and strings as metadata. Nothing in it is executed, and every claim of the
/// header is checked before it is used.
/// </summary>
/// <param name="Tensors">The tensors, by name.</param>
/// <param name="Metadata">Strings by name.</param>
public sealed record SafetensorsFile(IReadOnlyDictionary<string, SafetensorsTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    // The limit of other readers.
    private const int LongestHeader = 100_000_000;
    private const int Alignment = 8;

    /// <summary>Creates a file of tensors.</summary>
    /// <param name="tensors">The tensors, with distinct names.</param>
    /// <param name="metadata">Strings by name; none if null.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, a tensor has the name reserved for metadata, or a tensor's number of bytes does not
    /// match its shape and type.</exception>
    public static SafetensorsFile Of(IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Dictionary<string, SafetensorsTensor> named = [];
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (tensor.Name == SafetensorsHeader.MetadataKey || !named.TryAdd(tensor.Name, tensor))
                throw new ArgumentException(
                    $"The name {tensor.Name} stands twice among the tensors, or is the one that the format keeps for metadata; give each tensor a name of "
                        + $"its own.", nameof(tensors));
            if (SafetensorsHeader.SizeOf(tensor.Type) is not { } size || tensor.Bytes.Length != (long)tensor.Shape.Count * size)
                throw new ArgumentException(
                    $"Tensor {tensor.Name} has {tensor.Bytes.Length} bytes, which is not what shape {tensor.Shape} of {tensor.Type} takes; give it its "
                        + $"elements, in a type that the format has.", nameof(tensors));
        }

        return new SafetensorsFile(named, metadata ?? new Dictionary<string, string>());
    }

    /// <summary>Reads a file. Its header is checked against the file's length before memory is taken for the tensors.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is malformed; the message names the file and the position, and says what to do.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    public static SafetensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Read(file, path);
    }

    /// <summary>Parses the bytes of a file.</summary>
    /// <param name="bytes">The bytes, which the tensors reference.</param>
    /// <param name="name">The name of the file in messages.</param>
    /// <exception cref="InvalidDataException">The bytes are malformed; the message names the position and says what to do.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        int header = HeaderLength(bytes.Span[..Math.Min(bytes.Length, sizeof(ulong))], bytes.Length, name);
        ReadOnlyMemory<byte> data = bytes[(sizeof(ulong) + header)..];
        (List<SafetensorsEntry> entries, Dictionary<string, string> metadata) = SafetensorsHeader.Read(bytes.Span.Slice(sizeof(ulong), header), data.Length,
            name);
        return new SafetensorsFile(TensorsOf(entries, data), metadata);
    }

    internal static SafetensorsFile Read(Stream file, string path)
    {
        long length = file.Length;
        if (length > Array.MaxLength)
            throw new InvalidDataException($"{path} has {length} bytes; files of more than {Array.MaxLength} are not read. Save it in several files.");
        Span<byte> start = stackalloc byte[sizeof(ulong)];
        int header = HeaderLength(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)], length, path);
        byte[] json = new byte[header];
        ReadWhole(file, json, path);
        (List<SafetensorsEntry> entries, Dictionary<string, string> metadata) = SafetensorsHeader.Read(json, (int)(length - sizeof(ulong) - header), path);
        byte[] data = new byte[length - sizeof(ulong) - header];
        ReadWhole(file, data, path);
        return new SafetensorsFile(TensorsOf(entries, data), metadata);
    }

    /// <summary>The file's bytes.</summary>
    /// <exception cref="InvalidOperationException">The file would be too large to be read again.</exception>
    public byte[] ToBytes()
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            if (Metadata.Count > 0)
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in Metadata)
                    writer.WriteString(key, value);
                writer.WriteEndObject();
            }

            long start = 0;
            foreach (SafetensorsTensor tensor in Tensors.Values)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type);
                writer.WriteStartArray("shape");
                foreach (int extent in tensor.Shape)
                    writer.WriteNumberValue(extent);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(start);
                writer.WriteNumberValue(start += tensor.Bytes.Length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // Spaces pad the header, so that the tensors start at a multiple of eight.
        while (text.Length % Alignment != 0)
            text.WriteByte((byte)' ');
        int header = (int)text.Length;
        long whole = sizeof(ulong) + header + Tensors.Values.Sum(tensor => (long)tensor.Bytes.Length);
        if (header > LongestHeader || whole > Array.MaxLength)
            throw new InvalidOperationException(
                $"The file would have a header of {header} bytes and {whole} bytes in all; at most {LongestHeader} and {Array.MaxLength} can be read again. "
                    + $"Save the tensors in several files.");
        byte[] file = new byte[whole];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header);
        text.GetBuffer().AsSpan(0, header).CopyTo(file.AsSpan(sizeof(ulong)));
        int at = sizeof(ulong) + header;
        foreach (SafetensorsTensor tensor in Tensors.Values)
        {
            tensor.Bytes.Span.CopyTo(file.AsSpan(at));
            at += tensor.Bytes.Length;
        }

        return file;
    }

    /// <summary>Writes the file, completely or not at all.</summary>
    /// <param name="path">The path; an existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.WriteBytes(path, ToBytes());
    }

    // Reads the length of the header from the first eight bytes of a file.
    private static int HeaderLength(ReadOnlySpan<byte> start, long length, string name)
    {
        if (start.Length < sizeof(ulong))
            throw new InvalidDataException(
                $"{name} ends at byte {start.Length}, inside the length of its header (8 bytes). It is not a safetensors file, or was cut off. Save it again, "
                    + $"or take another copy.");
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(start);
        return header <= LongestHeader && header <= (ulong)(length - sizeof(ulong))
            ? (int)header
            : throw new InvalidDataException(
                $"{name} claims at byte 0 a header of {header} bytes and has {length - sizeof(ulong)} after its length. It is not a safetensors file, or was "
                    + $"cut off. Save it again, or take another copy.");
    }

    private static void ReadWhole(Stream file, Span<byte> bytes, string path)
    {
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
            throw new InvalidDataException($"{path} became shorter while it was read, by {bytes.Length - read} bytes. Read it when no one is writing it.");
    }

    private static Dictionary<string, SafetensorsTensor> TensorsOf(List<SafetensorsEntry> entries, ReadOnlyMemory<byte> data) =>
        entries.ToDictionary(entry => entry.Name, entry => new SafetensorsTensor(entry.Name, entry.Type, entry.Shape, data[entry.Start..entry.End]));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
