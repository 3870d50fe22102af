using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;

namespace ConservativeAD.Networks.Running;

/// <summary>A node while it is computed: its inputs, its attributes, and what its operator reads of them.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class NodeContext<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GraphRun<T> run;
    private readonly NodeProto proto;
    private readonly OnnxNode shown;
    private readonly IReadOnlyDictionary<string, OnnxValue<T>> values;
    private readonly Dictionary<string, AttributeProto> attributes;

    public NodeContext(GraphRun<T> run, NodeProto proto, OnnxNode shown, IReadOnlyDictionary<string, OnnxValue<T>> values)
    {
        this.run = run;
        this.proto = proto;
        this.shown = shown;
        this.values = values;
        attributes = proto.Attribute.ToDictionary(attribute => attribute.Name);
    }

    /// <summary>The tape.</summary>
    public Tape<T> Tape => run.Tape;

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset => run.Model.Opset;

    /// <summary>The limits.</summary>
    public OnnxLimits Limits => run.Model.Limits;

    /// <summary>The number of inputs, absent ones in the middle counted.</summary>
    public int Count => proto.Input.Count;

    /// <summary>The number of outputs.</summary>
    public int Outputs => proto.Output.Count;

    /// <summary>The inputs, for messages.</summary>
    public string Given => $"[{string.Join(", ", proto.Input.Select(name =>
        values.TryGetValue(name, out OnnxValue<T>? value) ? $"{Excerpt.Of(name)} {(value.IsReal ? "" : $"{value.Type} ")}{value.Shape}" : "none"))}]";

    /// <summary>An input that must be there.</summary>
    public OnnxValue<T> this[int place] => Optional(place) ?? throw Wrong($"input {place + 1} is missing");

    /// <summary>An input, or null if it is absent.</summary>
    public OnnxValue<T>? Optional(int place) => place < proto.Input.Count && proto.Input[place].Length > 0 ? values[proto.Input[place]] : null;

    /// <summary>Whether an input is there.</summary>
    public bool Has(int place) => Optional(place) is not null;

    /// <summary>Whether an output is asked for.</summary>
    public bool Wants(int place) => place < proto.Output.Count && proto.Output[place].Length > 0;

    /// <summary>All inputs, which must be there.</summary>
    public OnnxValue<T>[] All() => [.. Enumerable.Range(0, Count).Select(place => this[place])];

    /// <summary>An input of floating-point numbers.</summary>
    public Var<T> Real(int place) => this[place] is { IsReal: true } value
        ? value.Variable
        : throw Unsupported($"input {place + 1} holds {this[place].Type}; floating-point numbers are supported");

    /// <summary>An input of floating-point numbers, or null if it is absent.</summary>
    public Var<T>? OptionalReal(int place) => Has(place) ? Real(place) : null;

    /// <summary>An input of integers or booleans.</summary>
    public HostTensor Host(int place) => this[place]
        .Host ?? throw Unsupported($"input {place + 1} holds floating-point numbers; integers or booleans are supported");

    /// <summary>The integers of an input, in row-major order.</summary>
    public long[] Integers(int place) => Host(place).Elements;

    /// <summary>The integers of an input as 32-bit ones.</summary>
    public int[] Small(int place) => Array.ConvertAll(Integers(place), value => checked((int)value));

    /// <summary>Integers of an optional input, or else of an attribute of the same meaning in older versions; null if neither is there.</summary>
    public long[]? Either(int place, string attribute) => Has(place) ? Integers(place) : Ints(attribute);

    /// <summary>The numbers of an input, read from the tape or the host.</summary>
    public double[] Numbers(int place) => this[place].Host is { } host
        ? Array.ConvertAll(host.Elements, value => (double)value)
        : Array.ConvertAll(this[place].Variable.ToArray(), double.CreateTruncating);

    /// <summary>The one number of an input.</summary>
    public double Number(int place) => Numbers(place) is [double only] ? only
        : throw Wrong($"input {place + 1} has the shape {this[place].Shape}; one number is allowed");

    /// <summary>An attribute that is an integer.</summary>
    public long Int(string name, long? otherwise = null) => attributes.TryGetValue(name, out AttributeProto? attribute)
        ? attribute.HasI ? attribute.I : throw Wrong($"attribute {name} is {attribute.Type}; an integer is allowed")
        : otherwise ?? throw Wrong($"attribute {name} is missing");

    /// <summary>An attribute that is a small integer.</summary>
    public int Small(string name, int? otherwise = null) => checked((int)Int(name, otherwise));

    /// <summary>An attribute that is a number.</summary>
    public double Float(string name, double? otherwise = null) => attributes.TryGetValue(name, out AttributeProto? attribute)
        ? attribute.HasF ? attribute.F : throw Wrong($"attribute {name} is {attribute.Type}; a number is allowed")
        : otherwise ?? throw Wrong($"attribute {name} is missing");

    /// <summary>An attribute that is a text.</summary>
    public string Text(string name, string? otherwise = null) => attributes.TryGetValue(name, out AttributeProto? attribute)
        ? attribute.HasS ? attribute.S.ToStringUtf8() : throw Wrong($"attribute {name} is {attribute.Type}; a text is allowed")
        : otherwise ?? throw Wrong($"attribute {name} is missing");

    /// <summary>An attribute that is one of a few texts.</summary>
    public string Choice(string name, string otherwise, params ReadOnlySpan<string> allowed)
    {
        string text = Text(name, otherwise);
        return allowed.Contains(text) ? text : throw Wrong($"attribute {name} is '{Excerpt.Of(text)}'; {string.Join(", ", allowed!)} are allowed");
    }

    /// <summary>An attribute that is a list of integers; null if it is absent.</summary>
    public long[]? Ints(string name) => attributes.TryGetValue(name, out AttributeProto? attribute) ? [.. attribute.Ints] : null;

    /// <summary>An attribute that is a list of small integers; null if it is absent.</summary>
    public int[]? Smalls(string name) => Ints(name) is { } list ? Array.ConvertAll(list, value => checked((int)value)) : null;

    /// <summary>An attribute that is a list of numbers; null if it is absent.</summary>
    public float[]? Floats(string name) => attributes.TryGetValue(name, out AttributeProto? attribute) ? [.. attribute.Floats] : null;

    /// <summary>An attribute that is a list of texts; null if it is absent.</summary>
    public string[]? Texts(string name) =>
        attributes.TryGetValue(name, out AttributeProto? attribute) ? [.. attribute.Strings.Select(text => text.ToStringUtf8())] : null;

    /// <summary>Whether an attribute is there.</summary>
    public bool HasAttribute(string name) => attributes.ContainsKey(name);

    /// <summary>An attribute that is a tensor; null if it is absent.</summary>
    public OnnxTensor? Tensor(string name) => attributes.TryGetValue(name, out AttributeProto? attribute)
        ? run.Model.Tensors.Read(attribute.T ?? throw Wrong($"attribute {name} is {attribute.Type}; a tensor is allowed"), $"{shown}: attribute {name}")
        : null;

    /// <summary>Runs the subgraph of an attribute.</summary>
    public OnnxValue<T>[] Run(string name, params IReadOnlyList<OnnxValue<T>> inputs) => attributes.TryGetValue(name, out AttributeProto? attribute)
        && attribute.G is { } graph
        ? run.Run(graph, values, inputs, shown)
        : throw Wrong($"attribute {name}, a subgraph, is missing");

    /// <summary>An axis counted from the start.</summary>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Wrong($"axis {axis} was named; {-rank} to {rank - 1} are allowed");

    /// <summary>Axes counted from the start, each once.</summary>
    public int[] Axes(IEnumerable<long> axes, int rank)
    {
        int[] found = [.. axes.Select(axis => Axis(axis, rank))];
        return found.Distinct().Count() == found.Length ? found : throw Wrong($"the axes {string.Join(", ", found)} were named; each may stand once");
    }

    /// <summary>A shape within the limits.</summary>
    public Shape ShapeOf(params IReadOnlyList<long> extents) => run.Model.Tensors.ShapeOf(extents, $"{shown}: its result");

    /// <summary>Integers as a result.</summary>
    public static OnnxValue<T> Result(HostTensor host) => new(host);

    /// <summary>Numbers as a result that is a constant if all inputs are.</summary>
    public OnnxValue<T> Result(Var<T> real) => new(real, IsConstant, RealType);

    /// <summary>Whether no input depends on inputs or weights of the model.</summary>
    public bool IsConstant => proto.Input.Where(name => name.Length > 0).All(name => values[name].IsConstant);

    private OnnxType RealType =>
        proto.Input.Where(name => name.Length > 0 && values[name].IsReal).Select(name => values[name].Type).FirstOrDefault(OnnxType.Float);

    /// <summary>The model uses what the library does not have.</summary>
    public OnnxException Unsupported(string what) => new(OnnxProblem.NotSupported, $"{run.Model.File}: {shown}: {what}.", run.Model.File, shown);

    /// <summary>The node does not follow the specification, or its inputs do not fit.</summary>
    public OnnxException Wrong(string what) => run.Model.Malformed(what, shown);

    /// <summary>A value is beyond the limits.</summary>
    public OnnxException TooLarge(long elements) => new(OnnxProblem.Input,
        $"{run.Model.File}: {shown}: its result has {elements} elements; {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumElements)} allows "
            + $"{Limits.MaximumElements}.",
        run.Model.File, shown);
}
