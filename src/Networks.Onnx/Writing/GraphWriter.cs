using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;
using Google.Protobuf;

namespace ConservativeAD.Networks.Writing;

/// <summary>Writes the operations of a tape as the nodes of a graph.</summary>
/// <typeparam name="T">The element type.</typeparam>
[RequiresUnreferencedCode("The fields of rules are read by reflection.")]
internal sealed class GraphWriter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TapeRecord<T> record;
    private readonly Dictionary<int, string> names = [];
    private readonly HashSet<string> taken = [];
    private int emitted;

    public GraphWriter(TapeRecord<T> record, int opset)
    {
        this.record = record;
        Opset = opset;
    }

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset { get; }

    /// <summary>The element type by its number in the specification.</summary>
    public static OnnxType Type { get; } = typeof(T) == typeof(double) ? OnnxType.Double : typeof(T) == typeof(Half) ? OnnxType.Half : OnnxType.Float;

    /// <summary>The graph so far.</summary>
    public GraphProto Graph { get; } = new() { Name = "ConservativeAD" };

    /// <summary>Declares an input.</summary>
    public void Input(int node, string name, in Shape shape)
    {
        names[node] = Reserve(name);
        Graph.Input.Add(Value(name, shape));
    }

    /// <summary>Writes everything that outputs depend on, and the outputs.</summary>
    public void Write(IReadOnlyList<(string Name, int Node, Shape Shape)> outputs)
    {
        foreach ((string name, _, _) in outputs)
            Reserve(name);
        foreach (int node in Needed(outputs.Select(output => output.Node)))
        {
            if (!names.ContainsKey(node))
                names[node] = record.IsLeaf(node) ? Leaf(node) : Operation(node);
        }

        foreach ((string name, int node, Shape shape) in outputs)
        {
            EmitAs(name, "Identity", [names[node]]);
            Graph.Output.Add(Value(name, shape));
        }
    }

    /// <summary>Adds a node and gives the name of its result.</summary>
    public string Emit(string type, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        EmitAs(Fresh(type), type, inputs, attributes);

    /// <summary>Adds a number.</summary>
    public string Number(double number) => Numbers(Shape.Scalar, [T.CreateTruncating(number)]);

    /// <summary>Adds numbers.</summary>
    public string Numbers(in Shape shape, ReadOnlySpan<T> elements) => Constant(Fresh("constant"), Type, shape, MemoryMarshal.AsBytes(elements));

    /// <summary>Adds integers.</summary>
    public string Integers(params ReadOnlySpan<long> elements) => Integers(Shape.Of(elements.Length), elements);

    /// <summary>Adds integers of a shape.</summary>
    public string Integers(in Shape shape, ReadOnlySpan<long> elements) =>
        Constant(Fresh("integers"), OnnxType.Int64, shape, MemoryMarshal.AsBytes(elements));

    /// <summary>Adds conditions: true where a number is not 0.</summary>
    public string Conditions(in NDArray<T> numbers) =>
        Constant(Fresh("condition"), OnnxType.Bool, numbers.Shape, Array.ConvertAll(numbers.ToArray(), number => T.IsZero(number) ? (byte)0 : (byte)1));

    /// <summary>The shape of a recorded value.</summary>
    public Shape ShapeOf(int node) => record.Value(node).Shape;

    private static ValueInfoProto Value(string name, in Shape shape)
    {
        TensorShapeProto extents = new();
        foreach (int extent in shape)
            extents.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)Type, Shape = extents } } };
    }

    private SortedSet<int> Needed(IEnumerable<int> outputs)
    {
        SortedSet<int> needed = [];
        Stack<int> open = new(outputs);
        while (open.TryPop(out int node))
        {
            if (!needed.Add(node) || record.IsLeaf(node) || names.ContainsKey(node))
                continue;
            foreach (int input in InputsOf(node))
                open.Push(input);
        }

        return needed;
    }

    private int[] InputsOf(int node) => [.. Enumerable.Range(0, record.InputCount(node)).Select(index => record.InputNode(node, index))];

    private string Leaf(int node)
    {
        Parameter<T>? parameter = record.Parameters.FirstOrDefault(parameter => record.TryFind(parameter, out int place) && place == node);
        NDArray<T> value = record.Value(node);
        return Constant(parameter is { Name.Length: > 0 } && !taken.Contains(parameter.Name) ? Reserve(parameter.Name) : Fresh("constant"), Type, value.Shape,
            MemoryMarshal.AsBytes(value.ToArray().AsSpan()));
    }

    private string Operation(int node)
    {
        object rule = record.RuleAt(node);
        int[] inputs = InputsOf(node);
        return OperationForms.Write(new OperationWriter<T>(this, rule, [.. inputs.Select(input => names[input])], [.. inputs.Select(ShapeOf)], ShapeOf(node)));
    }

    private string EmitAs(string name, string type, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        NodeProto node = new() { OpType = type, Name = $"{type}_{emitted++}" };
        node.Input.AddRange(inputs);
        node.Output.Add(name);

        // The places that TopK also gives are not optional.
        if (type == "TopK")
            node.Output.Add(Fresh("places"));
        foreach (AttributeProto attribute in attributes)
            node.Attribute.Add(attribute);
        Graph.Node.Add(node);
        return name;
    }

    private string Constant(string name, OnnxType type, in Shape shape, ReadOnlySpan<byte> bytes)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (int extent in shape)
            tensor.Dims.Add(extent);
        Graph.Initializer.Add(tensor);
        return name;
    }

    private string Fresh(string kind)
    {
        int number = taken.Count;
        string name;
        do
            name = string.Create(CultureInfo.InvariantCulture, $"{kind}:{number++}");
        while (taken.Contains(name));
        return Reserve(name);
    }

    private string Reserve(string name)
    {
        taken.Add(name);
        return name;
    }
}
