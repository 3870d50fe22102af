using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>
/// The safetensors format (Hugging Face): the length of a header as eight bytes, little-endian; the header, a JSON object that gives for each tensor its type, shape and place
/// in the bytes that follow, and strings as metadata. Nothing in it is executed, and what a header claims is checked before it is believed.
/// </summary>
/// <param name="Tensors">The tensors, by name.</param>
/// <param name="Metadata">Strings by name.</param>
public sealed record SafetensorsFile(IReadOnlyDictionary<string, SafetensorsTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataKey = "__metadata__";

    // What other readers accept at most.
    private const int LongestHeader = 100_000_000;
    private const int Alignment = 8;

    /// <summary>A file of tensors.</summary>
    /// <param name="tensors">The tensors; their names are distinct.</param>
    /// <param name="metadata">Strings by name; none if null.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is named as the metadata is.</exception>
    public static SafetensorsFile Of(IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Dictionary<string, SafetensorsTensor> named = [];
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (tensor.Name == MetadataKey || !named.TryAdd(tensor.Name, tensor))
                throw new ArgumentException($"The name {tensor.Name} stands twice among the tensors, or is the one that the format keeps for metadata; give each tensor a name of its own.", nameof(tensors));
        }

        return new SafetensorsFile(named, metadata ?? new Dictionary<string, string>());
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not what it should be; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        long length = new FileInfo(path).Length;
        if (length > Array.MaxLength)
            throw new InvalidDataException($"{path} has {length} bytes; files of more than {Array.MaxLength} are not read.");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="bytes">The bytes; tensors refer to them.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The bytes are not what they should be; the message says where.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        if (bytes.Length < sizeof(ulong))
            throw new InvalidDataException($"{name} ends at byte {bytes.Length}, inside the length of its header (8 bytes). It is no safetensors file, or was cut off.");
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
        if (header > LongestHeader || header > (ulong)(bytes.Length - sizeof(ulong)))
            throw new InvalidDataException($"{name} claims a header of {header} bytes and has {bytes.Length - sizeof(ulong)} after its length. It is no safetensors file, or was cut off.");
        ReadOnlyMemory<byte> json = bytes.Slice(sizeof(ulong), (int)header), data = bytes[(sizeof(ulong) + (int)header)..];
        if (json.IsEmpty || json.Span[0] != (byte)'{')
            throw new InvalidDataException($"{name} has a header that does not begin with '{{'. It is no safetensors file.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Parse(document.RootElement, data, name);
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{name} has a header that is no JSON object with distinct names: {problem.Message}", problem);
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            if (Metadata.Count > 0)
            {
                writer.WriteStartObject(MetadataKey);
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

        // Spaces end the header, so that the tensors begin at a multiple of eight.
        while (text.Length % Alignment != 0)
            text.WriteByte((byte)' ');
        int header = (int)text.Length;
        byte[] file = new byte[sizeof(ulong) + header + Tensors.Values.Sum(tensor => tensor.Bytes.Length)];
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

    /// <summary>Writes the file: whole, or not at all.</summary>
    /// <param name="path">Where; a file that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.WriteBytes(path, ToBytes());
    }

    private static SafetensorsFile Parse(JsonElement header, ReadOnlyMemory<byte> data, string name)
    {
        Dictionary<string, SafetensorsTensor> tensors = [];
        Dictionary<string, string> metadata = [];
        List<(int Start, int End, string Tensor)> places = [];
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == MetadataKey)
            {
                ReadMetadata(entry.Value, metadata, name);
                continue;
            }

            (SafetensorsTensor tensor, int start) = ReadTensor(entry, data, name);
            tensors.Add(entry.Name, tensor);
            places.Add((start, start + tensor.Bytes.Length, entry.Name));
        }

        int reached = 0;
        foreach ((int start, int end, string tensor) in places.Order())
        {
            if (start != reached)
                throw new InvalidDataException($"{name} places tensor {tensor} at byte {start} of the data, where the one before ends at {reached}; tensors follow one another without gap or overlap.");
            reached = end;
        }

        if (reached != data.Length)
            throw new InvalidDataException($"{name} has {data.Length} bytes of data, of which its tensors take {reached}. It was cut off, or something was added.");
        return new SafetensorsFile(tensors, metadata);
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{name} has metadata that are no JSON object of strings.");
        foreach (JsonProperty entry in value.EnumerateObject())
        {
            metadata.Add(entry.Name, entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw new InvalidDataException($"{name} has metadata {entry.Name} that are no string."));
        }
    }

    private static (SafetensorsTensor Tensor, int Start) ReadTensor(JsonProperty entry, ReadOnlyMemory<byte> data, string name)
    {
        JsonElement value = entry.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out JsonElement extents) || extents.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
            throw new InvalidDataException($"{name} describes tensor {entry.Name} without dtype, shape and two data_offsets.");
        int size = SizeOf(type.GetString()!) ?? throw new InvalidDataException($"{name} gives tensor {entry.Name} the type {type.GetString()}, which the format does not have.");
        Shape shape = ReadShape(extents, entry.Name, name);
        if (!TryGetPlace(offsets[0], out long start) || !TryGetPlace(offsets[1], out long end) || start < 0 || end < start || end > data.Length)
            throw new InvalidDataException($"{name} places tensor {entry.Name} at bytes {offsets[0]} to {offsets[1]} of {data.Length}. It was cut off, or its header lies.");
        if (end - start != (long)shape.Count * size)
            throw new InvalidDataException($"{name} gives tensor {entry.Name} {end - start} bytes; its shape {shape} of {type.GetString()} takes {(long)shape.Count * size}.");
        return (new SafetensorsTensor(entry.Name, type.GetString()!, shape, data[(int)start..(int)end]), (int)start);
    }

    private static bool TryGetPlace(JsonElement value, out long place)
    {
        place = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out place);
    }

    private static Shape ReadShape(JsonElement extents, string tensor, string name)
    {
        int[] shape = new int[extents.GetArrayLength()];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (extents[axis].ValueKind != JsonValueKind.Number || !extents[axis].TryGetInt32(out shape[axis]) || shape[axis] < 0)
                throw new InvalidDataException($"{name} gives tensor {tensor} the extent {extents[axis]}; extents are whole numbers from 0 to {int.MaxValue}.");
        }

        try
        {
            return new Shape(shape);
        }
        catch (ArgumentException problem)
        {
            throw new InvalidDataException($"{name} gives tensor {tensor} the shape [{string.Join(", ", shape)}]: {problem.Message}", problem);
        }
    }

    private static int? SizeOf(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "F32" or "I32" or "U32" => 4,
        "F64" or "I64" or "U64" => 8,
        _ => null,
    };
}
