using ConservativeAD.Networks.Format;

namespace ConservativeAD.Networks.Running;

/// <summary>Checks a graph: every value is made once, before it is read, and subgraphs are not nested too deep.</summary>
/// <param name="model">The model.</param>
internal sealed class OnnxGraph(OnnxModel model)
{
    /// <summary>A node as callers see it.</summary>
    public static OnnxNode NodeOf(NodeProto node, int index) =>
        new(index, node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault("") is { Length: > 0 } output ? output : $"{node.OpType}_{index}",
            OperatorOf(node));

    /// <summary>A node's operator, with the domain where it is not ONNX's own.</summary>
    public static string OperatorOf(NodeProto node) => node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}:{node.OpType}";

    /// <summary>The operators of a graph and its subgraphs that the library does not have.</summary>
    public static string[] UnsupportedOperators(GraphProto graph) =>
        [.. Operators(graph).Where(name => !OnnxOperators.IsSupported(name)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Checks the model's graph.</summary>
    /// <exception cref="OnnxException">It is no graph that can be run.</exception>
    public void Check() => Check(model.Proto.Graph, [], 0);

    private static IEnumerable<string> Operators(GraphProto graph) => graph.Node.SelectMany(node =>
        node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => Operators(attribute.G)).Prepend(OperatorOf(node)));

    private void Check(GraphProto graph, HashSet<string> outer, int depth)
    {
        if (depth > model.Limits.MaximumDepth)
            throw model.Malformed($"its subgraphs are nested deeper than {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumDepth)}, {model.Limits.MaximumDepth}");
        HashSet<string> known = [.. outer];
        foreach (TensorProto tensor in graph.Initializer)
            known.Add(tensor.Name);
        HashSet<string> inputs = [];
        foreach (ValueInfoProto input in graph.Input)
        {
            if (!inputs.Add(input.Name))
                throw model.Malformed($"input {Excerpt.Of(input.Name)} stands twice");
            known.Add(input.Name);
        }

        HashSet<string> made = [.. graph.Node.SelectMany(node => node.Output)];
        for (int index = 0; index < graph.Node.Count; index++)
        {
            NodeProto node = graph.Node[index];
            OnnxNode shown = NodeOf(node, index);
            foreach (string input in node.Input.Where(input => input.Length > 0 && !known.Contains(input)))
                throw model.Malformed(made.Contains(input)
                    ? $"it reads {Excerpt.Of(input)} before a node has made it; nodes stand in the order of their computation, without cycles"
                    : $"it reads {Excerpt.Of(input)}, which is neither an input nor an initializer nor made by a node", shown);
            HashSet<string> names = [];
            foreach (AttributeProto attribute in node.Attribute)
            {
                if (!names.Add(attribute.Name))
                    throw model.Malformed($"attribute {Excerpt.Of(attribute.Name)} stands twice", shown);
                if (attribute.RefAttrName.Length > 0)
                    throw model.Malformed($"attribute {Excerpt.Of(attribute.Name)} refers to one of a function; outside functions that is not allowed", shown);
                if (attribute.G is not null)
                    Check(attribute.G, known, depth + 1);
            }

            foreach (string output in node.Output.Where(output => output.Length > 0))
            {
                if (!known.Add(output))
                    throw model.Malformed($"it makes {Excerpt.Of(output)}, which exists already; every value is made once", shown);
            }
        }

        foreach (ValueInfoProto output in graph.Output.Where(output => !known.Contains(output.Name)))
            throw model.Malformed($"output {Excerpt.Of(output.Name)} is made by no node");
    }
}
