using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;
using ConservativeAD.Rules;
using Google.Protobuf;

namespace ConservativeAD.Networks.Writing;

/// <summary>One operation of a tape while it is written.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="graph">The graph that it is written to.</param>
/// <param name="rule">Its rule.</param>
/// <param name="inputs">The names of its inputs.</param>
/// <param name="shapes">The shapes of its inputs.</param>
/// <param name="output">The shape of its result.</param>
[RequiresUnreferencedCode("The fields of rules are read by reflection.")]
internal sealed class OperationWriter<T>(GraphWriter<T> graph, object rule, string[] inputs, Shape[] shapes, Shape output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rule; that inside an elementwise operation.</summary>
    public object Rule { get; } = RuleFields.Name(rule) is "UnaryOperation" or "BinaryOperation" ? RuleFields.Get<object>(rule, "rule") : rule;

    /// <summary>The graph.</summary>
    public GraphWriter<T> Graph => graph;

    /// <summary>The first input.</summary>
    public string X => inputs[0];

    /// <summary>The inputs.</summary>
    public IReadOnlyList<string> Inputs => inputs;

    /// <summary>The shapes of the inputs.</summary>
    public IReadOnlyList<Shape> Shapes => shapes;

    /// <summary>The shape of the result.</summary>
    public Shape Output => output;

    /// <summary>An attribute of the rule.</summary>
    public TValue Get<TValue>(string name) => RuleFields.Get<TValue>(Rule, name);

    /// <summary>A node with all inputs.</summary>
    public string Same(string type, params ReadOnlySpan<AttributeProto> attributes) => graph.Emit(type, inputs, attributes);

    /// <summary>A node with given inputs.</summary>
    public string Emit(string type, params IEnumerable<string> of) => graph.Emit(type, of);

    /// <summary>A reduction over axes, whose axes are an input or an attribute, by the version.</summary>
    public string Reduce(string type, string x, IEnumerable<int> axes, bool keep)
    {
        long[] named = [.. axes.Select(axis => (long)axis)];
        bool areInput = graph.Opset >= 18 || type == "ReduceSum";
        return areInput
            ? graph.Emit(type, [x, graph.Integers(named)], Int("keepdims", keep ? 1 : 0))
            : graph.Emit(type, [x], Ints("axes", named), Int("keepdims", keep ? 1 : 0));
    }

    /// <summary>A reduction over the rule's axis, or over all.</summary>
    public string Reduce(string type) => shapes[0].Rank == 0
        ? Reshape(Reduce(type, Reshape(X, Shape.Of(1)), [0], false), Shape.Scalar)
        : Reduce(type, X, Axes, IsKept);

    /// <summary>The axes that the rule reduces.</summary>
    public int[] Axes => Get<ReducedAxes>("axes") is { IsAll: false } one ? [one.Axis] : [.. Enumerable.Range(0, shapes[0].Rank)];

    /// <summary>Whether reduced axes are kept.</summary>
    public bool IsKept => output.Rank == shapes[0].Rank;

    /// <summary>A value of another shape.</summary>
    public string Reshape(string x, in Shape shape) => graph.Emit("Reshape", [x, graph.Integers([.. shape.ToArray().Select(extent => (long)extent)])],
        Int("allowzero", 1));

    /// <summary>The rule has no form in ONNX.</summary>
    public NotSupportedException Refused(string why) => new($"the operation {RuleFields.Name(Rule)} cannot be written as ONNX: {why}");

    /// <summary>An attribute that is an integer.</summary>
    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute that is a number.</summary>
    public static AttributeProto Float(string name, double value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };

    /// <summary>An attribute that is a text.</summary>
    public static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>An attribute that is a list of integers.</summary>
    public static AttributeProto Ints(string name, params IEnumerable<long> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    /// <summary>An attribute that is a list of integers.</summary>
    public static AttributeProto Ints(string name, params IEnumerable<int> values) => Ints(name, values.Select(value => (long)value));
}
