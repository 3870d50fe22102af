using System.Text.Json;
using System.Text.Unicode;
using ConservativeAD.Kernels;

namespace ConservativeAD.Networks;

/// <summary>The description of one tensor in the header of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Start">The position of its first byte, counted from the end of the header.</param>
/// <param name="End">The position after its last byte.</param>
internal sealed record SafetensorsEntry(string Name, string Type, Shape Shape, int Start, int End);

/// <summary>
/// Reads the header of a safetensors file token by token. It allocates only for names and strings that are present. Messages name the file and the byte
/// position, and quote the offending text briefly.
/// </summary>
internal ref struct SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    // The header's length precedes the header.
    private const int Before = sizeof(ulong);
    private const string Remedy = "Save it again, or take another copy.";

    private readonly string file;
    private readonly int data;
    private Utf8JsonReader reader;

    private SafetensorsHeader(ReadOnlySpan<byte> json, int data, string file)
    {
        this.file = file;
        this.data = data;
        reader = new Utf8JsonReader(json);
    }

    /// <summary>Reads a header.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="data">The number of bytes that follow it.</param>
    /// <param name="file">The name of the file in messages.</param>
    /// <returns>The tensors in the order of the header, and the strings.</returns>
    /// <exception cref="InvalidDataException">The header is malformed, or inconsistent with the data.</exception>
    public static (List<SafetensorsEntry> Tensors, Dictionary<string, string> Metadata) Read(ReadOnlySpan<byte> json, int data, string file)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new InvalidDataException($"{file} has a header, from byte {Before} on, that does not begin with '{{'. It is not a safetensors file.");
        if (IndexOfNoUtf8(json) is >= 0 and var bad)
            throw new InvalidDataException($"{file} has a header that is no UTF-8 text at byte {Before + bad}. {Remedy}");
        SafetensorsHeader header = new(json, data, file);
        try
        {
            return header.ReadAll();
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                $"{file} has a header that is no JSON object with distinct names, at byte {header.Place}: {Excerpt.Of(problem.Message, 160)} {Remedy}",
                    problem);
        }
    }

    private readonly long Place => Before + reader.TokenStartIndex;

    private (List<SafetensorsEntry> Tensors, Dictionary<string, string> Metadata) ReadAll()
    {
        List<SafetensorsEntry> tensors = [];
        Dictionary<string, string> metadata = [];
        HashSet<string> names = [];
        reader.Read();
        while (NextName() is { } name)
        {
            if (!names.Add(name))
                throw Twice(name);
            reader.Read();
            if (name == MetadataKey)
                ReadMetadata(metadata);
            else
                tensors.Add(ReadTensor(name));
        }

        // Only spaces may follow.
        reader.Read();
        CheckPlaces(tensors);
        return (tensors, metadata);
    }

    private readonly void CheckPlaces(List<SafetensorsEntry> tensors)
    {
        int reached = 0;
        foreach (SafetensorsEntry tensor in tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.End))
        {
            if (tensor.Start != reached)
                throw new InvalidDataException(
                    $"{file} places tensor {Excerpt.Of(tensor.Name)} at byte {tensor.Start} of the data, where the previous one ends at "
                        + $"{reached}; tensors follow one another without gap or overlap. {Remedy}");
            reached = tensor.End;
        }

        if (reached != data)
            throw new InvalidDataException(
                $"{file} has {data} bytes of data, of which its tensors take {reached}. It was cut off, or something was added. {Remedy}");
    }

    private void ReadMetadata(Dictionary<string, string> metadata)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"{file} has metadata, at byte {Place}, that is not a JSON object of strings. {Remedy}");
        while (NextName() is { } name)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new InvalidDataException($"{file} has metadata {Excerpt.Of(name)}, at byte {Place}, that is not a string. {Remedy}");
            if (!metadata.TryAdd(name, Text()))
                throw Twice(name);
        }
    }

    private SafetensorsEntry ReadTensor(string name)
    {
        string? type = null;
        int[]? shape = null;
        (long Start, long End)? place = null;
        HashSet<string> known = [];
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Incomplete(name);
        while (NextName() is { } key)
        {
            if (!known.Add(key))
                throw Twice(key);
            reader.Read();
            switch (key)
            {
                case "dtype":
                    type = reader.TokenType == JsonTokenType.String ? Text() : throw Incomplete(name);
                    break;
                case "shape":
                    shape = ReadShape(name);
                    break;
                case "data_offsets":
                    place = ReadPlace(name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || place is not { } found)
            throw Incomplete(name);
        int size = SizeOf(type)
            ?? throw new InvalidDataException($"{file} gives tensor {Excerpt.Of(name)} the type {Excerpt.Of(type)}, which the format does not have. {Remedy}");
        Shape extents = ShapeOf(name, shape);
        if (found.Start < 0 || found.End < found.Start || found.End > data)
            throw new InvalidDataException(
                $"{file} places tensor {Excerpt.Of(name)} at bytes {found.Start} to {found.End} of {data}. It was cut off, or its header is wrong. {Remedy}");
        if (found.End - found.Start != (long)extents.Count * size)
            throw new InvalidDataException(
                $"{file} gives tensor {Excerpt.Of(name)} {found.End - found.Start} bytes; its shape {extents} of {type} takes {(long)extents.Count * size}. "
                    + $"{Remedy}");
        return new SafetensorsEntry(name, type, extents, (int)found.Start, (int)found.End);
    }

    private int[] ReadShape(string tensor)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Incomplete(tensor);
        List<int> extents = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int extent) || extent < 0)
                throw new InvalidDataException(
                    $"{file} gives tensor {Excerpt.Of(tensor)} the extent {Shown()} at byte {Place}; extents are integers from 0 to {int.MaxValue}. "
                        + $"{Remedy}");
            if (extents.Count == Shape.MaximumRank)
                throw new InvalidDataException(
                    $"{file} gives tensor {Excerpt.Of(tensor)} more extents at byte {Place}; arrays have at most {Shape.MaximumRank} axes. {Remedy}");
            extents.Add(extent);
        }

        return [.. extents];
    }

    private readonly Shape ShapeOf(string tensor, int[] extents)
    {
        try
        {
            return new Shape(extents);
        }
        catch (ArgumentException problem)
        {
            throw new InvalidDataException($"{file} gives tensor {Excerpt.Of(tensor)} the shape [{string.Join(", ", extents)}]: {problem.Message} {Remedy}",
                problem);
        }
    }

    private (long Start, long End) ReadPlace(string tensor)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Incomplete(tensor);
        Span<long> places = stackalloc long[2];
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == places.Length)
                throw Incomplete(tensor);
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out places[count++]))
                throw new InvalidDataException(
                    $"{file} places tensor {Excerpt.Of(tensor)} at bytes {Shown()} (byte {Place}), which is no whole number. {Remedy}");
        }

        return count == places.Length ? (places[0], places[1]) : throw Incomplete(tensor);
    }

    // The next property name of the current object; null at its end.
    private string? NextName()
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? Text() : null;
    }

    private readonly string Text()
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException problem)
        {
            throw new InvalidDataException($"{file} has text at byte {Place} with half of a surrogate pair, which is not valid Unicode. {Remedy}", problem);
        }
    }

    private readonly string Shown() => Excerpt.Of(System.Text.Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 200)]));

    private readonly InvalidDataException Incomplete(string tensor) =>
        new($"{file} describes tensor {Excerpt.Of(tensor)} without dtype, shape and two data_offsets, at byte {Place}. {Remedy}");

    private readonly InvalidDataException Twice(string name) =>
        new($"{file} has a header that is no JSON object with distinct names: {Excerpt.Of(name)} stands twice, at byte {Place}. {Remedy}");

    private static int IndexOfNoUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return -1;
        int place = 0;
        while (System.Text.Rune.DecodeFromUtf8(bytes[place..], out _, out int taken) == System.Buffers.OperationStatus.Done)
            place += taken;
        return place;
    }

    /// <summary>The number of bytes of an element of a type; null if the format has no such type.</summary>
    /// <param name="type">The type's name.</param>
    public static int? SizeOf(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "F32" or "I32" or "U32" => 4,
        "F64" or "I64" or "U64" => 8,
        _ => null,
    };
}
