using System.Globalization;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;
using Google.Protobuf;

namespace ConservativeAD.Networks;

/// <summary>Reads tensors and holds their sizes against what the file has.</summary>
/// <param name="file">The file's name, for messages.</param>
/// <param name="folder">The folder that external data may lie in; null where there is none.</param>
/// <param name="limits">The limits.</param>
internal sealed class TensorReader(string file, string? folder, OnnxLimits limits)
{
    private long external;

    /// <summary>Reads a file that holds one tensor.</summary>
    public static OnnxTensor ReadFile(string path)
    {
        TensorProto tensor;
        try
        {
            tensor = TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw new OnnxException(OnnxProblem.Malformed, $"{path} is no ONNX tensor: {problem.Message}", path, null, problem);
        }

        return new TensorReader(path, null, OnnxLimits.Default).Read(tensor, "the tensor");
    }

    /// <summary>Reads a tensor.</summary>
    /// <param name="tensor">The message.</param>
    /// <param name="what">What it is, for messages.</param>
    public OnnxTensor Read(TensorProto tensor, string what)
    {
        OnnxType type = (OnnxType)tensor.DataType;
        int size = type.Size();
        if (size == 0)
            throw new OnnxException(OnnxProblem.NotSupported,
                $"{file}: {what} holds elements of type {OnnxTypes.NameOf(tensor.DataType)}; floating-point numbers, integers and booleans are read.", file);
        Shape shape = ShapeOf(tensor.Dims, what);
        ReadOnlyMemory<byte> bytes = tensor.DataLocation == TensorProto.Types.DataLocation.External ? External(tensor, what)
            : tensor.RawData.Length > 0 ? tensor.RawData.Memory
            : Typed(tensor, type);
        if (bytes.Length != (long)shape.Count * size)
            throw Malformed($"{what} of shape {shape} and type {type} takes {(long)shape.Count * size} bytes; the file has {bytes.Length}");
        if (type == OnnxType.Bool && bytes.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is var place and >= 0)
            throw Malformed($"{what} holds the boolean {bytes.Span[place]} at element {place}; 0 and 1 are allowed");
        return new OnnxTensor(tensor.Name, type, shape, bytes);
    }

    /// <summary>A shape from the extents of a file.</summary>
    public Shape ShapeOf(IReadOnlyList<long> extents, string what)
    {
        if (extents.Count > Shape.MaximumRank)
            throw new OnnxException(OnnxProblem.NotSupported, $"{file}: {what} has {extents.Count} axes; at most {Shape.MaximumRank} are supported.", file);
        Int128 count = 1;
        foreach (long extent in extents)
        {
            if (extent < 0)
                throw Malformed($"{what} has the extent {extent}; extents are at least 0");
            count = Int128.Min(count * Math.Min(extent, int.MaxValue + 1L), long.MaxValue);
        }

        if (count > limits.MaximumElements || extents.Any(extent => extent > int.MaxValue))
            throw new OnnxException(OnnxProblem.Input,
                $"{file}: {what} of shape [{string.Join(", ", extents)}] is larger than {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumElements)}, "
                    + $"{limits.MaximumElements} elements.", file);
        return new Shape([.. extents.Select(extent => (int)extent)]);
    }

    private static byte[] Typed(TensorProto tensor, OnnxType type) => type switch
    {
        OnnxType.Float => Bytes<float>(tensor.FloatData),
        OnnxType.Double => Bytes<double>(tensor.DoubleData),
        OnnxType.Int64 => Bytes<long>(tensor.Int64Data),
        OnnxType.UInt64 => Bytes<ulong>(tensor.Uint64Data),
        OnnxType.UInt32 => Bytes<uint>([.. tensor.Uint64Data.Select(value => unchecked((uint)value))]),
        OnnxType.Int32 => Bytes<int>(tensor.Int32Data),
        OnnxType.Half or OnnxType.BFloat16 or OnnxType.UInt16 or OnnxType.Int16 =>
            Bytes<ushort>([.. tensor.Int32Data.Select(value => unchecked((ushort)value))]),
        _ => [.. tensor.Int32Data.Select(value => unchecked((byte)value))],
    };

    private static byte[] Bytes<TFrom>(IEnumerable<TFrom> elements)
        where TFrom : unmanaged => MemoryMarshal.AsBytes(elements.ToArray().AsSpan()).ToArray();

    // Only plain files inside the model's folder are read; "..", absolute paths and links lead out of it.
    private byte[] External(TensorProto tensor, string what)
    {
        Dictionary<string, string> entries = [];
        foreach (StringStringEntryProto entry in tensor.ExternalData)
            entries[entry.Key] = entry.Value;
        if (folder is null)
            throw new OnnxException(OnnxProblem.NotSupported, $"{file}: {what} lies in another file; only models read from a file may refer to others.", file);
        string location = entries.GetValueOrDefault("location", "");
        if (Path.IsPathRooted(location) || location.IndexOfAny(['\\', '\0', ':']) >= 0 || location.Split('/').Any(part => part is ".." or "." or ""))
            throw Malformed($"{what} lies in '{Excerpt.Of(location)}'; allowed is a path inside the model's folder, without '.' and '..'");
        string path = folder;
        foreach (string part in location.Split('/'))
        {
            path = Path.Combine(path, part);
            FileSystemInfo? info = File.Exists(path) ? new FileInfo(path) : Directory.Exists(path) ? new DirectoryInfo(path) : null;
            if (info is null)
                throw Malformed($"{what} lies in '{Excerpt.Of(location)}', which is not in the model's folder");
            if (info.LinkTarget is not null)
                throw Malformed($"{what} lies in '{Excerpt.Of(location)}', which is a link; plain files are allowed");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read);
        long offset = Number(entries, "offset", what) ?? 0, length = Number(entries, "length", what) ?? stream.Length - offset;
        if (offset < 0 || length < 0 || offset > stream.Length || length > stream.Length - offset)
            throw Malformed($"{what} lies at bytes {offset} to {offset + (Int128)length} of '{Excerpt.Of(location)}', which has {stream.Length}");
        external += length;
        if (external > limits.MaximumBytes)
            throw new OnnxException(OnnxProblem.Input,
                $"{file}: external data is larger than {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumBytes)}, {limits.MaximumBytes} bytes.", file);
        byte[] bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private long? Number(Dictionary<string, string> entries, string key, string what) =>
        !entries.TryGetValue(key, out string? text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw Malformed($"{what} has the {key} '{Excerpt.Of(text)}'; a number of bytes is allowed");

    private OnnxException Malformed(string what) => new(OnnxProblem.Malformed, $"{file}: {what}.", file);
}
