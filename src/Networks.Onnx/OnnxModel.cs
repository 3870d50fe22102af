using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;
using ConservativeAD.Networks.Running;
using Google.Protobuf;

namespace ConservativeAD.Networks;

/// <summary>
/// A model of ONNX, read from a file: a graph of operators with its constants. <see cref="Load{T}"/> makes it a network on the tape.
/// Nothing in a file is executed but the operators that <see cref="OnnxOperators"/> lists.
/// </summary>
public sealed class OnnxModel
{
    /// <summary>The oldest version of ONNX's operators that is read.</summary>
    public const int OldestOpset = 1;

    /// <summary>The newest version of ONNX's operators that is read.</summary>
    public const int NewestOpset = 22;

    private readonly Dictionary<string, OnnxTensor> initializers = [];

    private OnnxModel(ModelProto proto, string file, string? folder, OnnxLimits limits)
    {
        Proto = proto;
        File = file;
        Limits = limits;
        Tensors = new TensorReader(file, folder, limits);
        Opset = OpsetOf(proto);
        if (proto.Graph is null)
            throw Malformed("it has no graph");
        foreach (TensorProto tensor in proto.Graph.Initializer)
        {
            if (!initializers.TryAdd(tensor.Name, Tensors.Read(tensor, $"initializer {Excerpt.Of(tensor.Name)}")))
                throw Malformed($"initializer {Excerpt.Of(tensor.Name)} stands twice");
        }

        if (proto.Graph.SparseInitializer.Count > 0)
            throw new OnnxException(OnnxProblem.NotSupported, $"{file} has sparse initializers, which are not supported.", file);
        Inputs = [.. proto.Graph.Input.Where(input => !initializers.ContainsKey(input.Name)).Select(InputOf)];
        Outputs = [.. proto.Graph.Output.Select(InputOf)];
        Nodes = [.. proto.Graph.Node.Select(OnnxGraph.NodeOf)];
        new OnnxGraph(this).Check();
        UnsupportedOperators = OnnxGraph.UnsupportedOperators(proto.Graph);
    }

    /// <summary>The file, or the name that the bytes were given.</summary>
    public string File { get; }

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset { get; }

    /// <summary>The program that wrote the file, as it names itself.</summary>
    public string Producer => $"{Proto.ProducerName} {Proto.ProducerVersion}".Trim();

    /// <summary>The inputs that a caller gives; those that have an initializer are left out.</summary>
    public IReadOnlyList<OnnxInput> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OnnxInput> Outputs { get; }

    /// <summary>The nodes, each after those whose results it reads.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The constants of the file, by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Initializers => initializers;

    /// <summary>The operators that this library does not have, in alphabetical order; empty if the model can be run.</summary>
    public IReadOnlyList<string> UnsupportedOperators { get; }

    internal ModelProto Proto { get; }

    internal OnnxLimits Limits { get; }

    internal TensorReader Tensors { get; }

    /// <summary>Reads a model. External data are read from plain files inside the model's folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">Limits; <see cref="OnnxLimits.Default"/> if null.</param>
    /// <exception cref="OnnxException">The file is no model of ONNX, contradicts itself, or is beyond the limits.</exception>
    public static OnnxModel Read(string path, OnnxLimits? limits = null)
    {
        limits ??= OnnxLimits.Default;
        long length = new FileInfo(path).Length;
        if (length > limits.MaximumBytes)
            throw new OnnxException(OnnxProblem.Input,
                $"{path} has {length} bytes; {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumBytes)} allows {limits.MaximumBytes}.", path);
        return Parse(System.IO.File.ReadAllBytes(path), path, Path.GetDirectoryName(Path.GetFullPath(path)), limits);
    }

    /// <summary>Reads a model from bytes. External data are refused.</summary>
    /// <param name="bytes">The bytes of a file.</param>
    /// <param name="name">A name for messages.</param>
    /// <param name="limits">Limits; <see cref="OnnxLimits.Default"/> if null.</param>
    /// <exception cref="OnnxException">The bytes are no model of ONNX, contradict themselves, or are beyond the limits.</exception>
    public static OnnxModel Parse(ReadOnlyMemory<byte> bytes, string name, OnnxLimits? limits = null) =>
        Parse(bytes, name, null, limits ?? OnnxLimits.Default);

    /// <summary>Makes the model a network, its weights in the memory of a device.</summary>
    /// <typeparam name="T">The element type in which it computes, whatever the types of the file: float, double or Half.</typeparam>
    /// <param name="device">The device; the CPU if null.</param>
    /// <exception cref="OnnxException">The model has operators that this library does not have.</exception>
    public OnnxNetwork<T> Load<T>(Device? device = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DemandOperators();
        return new OnnxNetwork<T>(this, device ?? Device.Default);
    }

    /// <summary>The bytes of the model's file.</summary>
    public byte[] ToBytes() => Proto.ToByteArray();

    /// <summary>Writes the model's file, whole or not at all. Tensors that lie in other files are not written.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => AtomicFile.WriteBytes(path, ToBytes());

    /// <inheritdoc/>
    public override string ToString() =>
        $"{File}: opset {Opset}, {Nodes.Count} nodes, inputs {string.Join(", ", Inputs)}; outputs {string.Join(", ", Outputs)}";

    /// <summary>Checks that this library has every operator of the model.</summary>
    /// <exception cref="OnnxException">It has not.</exception>
    internal void DemandOperators()
    {
        if (UnsupportedOperators is [_, ..])
            throw new OnnxException(OnnxProblem.NotSupported,
                $"{File} has operators that are not supported: {string.Join(", ", UnsupportedOperators.Select(name => Excerpt.Of(name)))}. "
                    + $"{nameof(OnnxOperators)}.{nameof(OnnxOperators.Names)} lists those that are.", File);
    }

    /// <summary>An exception that says how the file is damaged.</summary>
    internal OnnxException Malformed(string what, OnnxNode? node = null) =>
        new(OnnxProblem.Malformed, $"{File}: {(node is null ? "" : $"{node}: ")}{what}.", File, node);

    private static OnnxModel Parse(ReadOnlyMemory<byte> bytes, string name, string? folder, OnnxLimits limits)
    {
        if (bytes.Length > limits.MaximumBytes)
            throw new OnnxException(OnnxProblem.Input,
                $"{name} has {bytes.Length} bytes; {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumBytes)} allows {limits.MaximumBytes}.", name);
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw new OnnxException(OnnxProblem.Malformed, $"{name} is no ONNX model: {problem.Message}", name, null, problem);
        }

        return new OnnxModel(proto, name, folder, limits);
    }

    private OnnxInput InputOf(ValueInfoProto info)
    {
        if (info.Type is { ValueCase: not TypeProto.ValueOneofCase.TensorType and not TypeProto.ValueOneofCase.None })
            throw new OnnxException(OnnxProblem.NotSupported,
                $"{File}: {Excerpt.Of(info.Name)} is of type {info.Type.ValueCase}; tensors are supported, sequences, maps and optional values are not.", File);
        TypeProto.Types.Tensor? tensor = info.Type?.TensorType;
        return new OnnxInput(info.Name, (OnnxType)(tensor?.ElemType ?? 0),
            tensor?.Shape?.Dim.Select(extent =>
                extent.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && extent.DimValue is >= 0 and <= int.MaxValue
                    ? (int?)extent.DimValue
                    : null).ToArray());
    }

    private int OpsetOf(ModelProto proto)
    {
        long[] versions = [.. proto.OpsetImport.Where(opset => opset.Domain is "" or "ai.onnx").Select(opset => opset.Version)];
        if (versions.Length > 1)
            throw Malformed("it names the version of ONNX's operators twice");
        long version = versions is [long only] ? only
            : proto.OpsetImport.Count == 0 ? throw Malformed("it does not name the version of its operators")
            : NewestOpset;
        return version is >= OldestOpset and <= NewestOpset
            ? (int)version
            : throw new OnnxException(OnnxProblem.NotSupported,
                $"{File} uses version {version} of ONNX's operators; versions {OldestOpset} to {NewestOpset} are supported.", File);
    }
}
