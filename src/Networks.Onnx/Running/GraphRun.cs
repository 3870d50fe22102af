using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Format;

namespace ConservativeAD.Networks.Running;

/// <summary>Runs a model's graph on a tape, node after node.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="model">The model.</param>
/// <param name="tape">The tape.</param>
internal sealed class GraphRun<T>(OnnxModel model, Tape<T> tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private int steps;

    /// <summary>The model.</summary>
    public OnnxModel Model => model;

    /// <summary>The tape.</summary>
    public Tape<T> Tape => tape;

    /// <summary>Runs the model's graph.</summary>
    /// <param name="values">Its inputs and initializers; the values that nodes make are added.</param>
    public OnnxRun<T> Run(Dictionary<string, OnnxValue<T>> values)
    {
        // The first entry ends where the nodes begin.
        List<(OnnxNode Node, int End)> ends = [(new OnnxNode(-1, "", ""), tape.Count)];
        for (int index = 0; index < model.Nodes.Count; index++)
        {
            Step(model.Proto.Graph.Node[index], model.Nodes[index], values);
            ends.Add((model.Nodes[index], tape.Count));
        }

        return new OnnxRun<T>(model, values, ends);
    }

    /// <summary>Runs a subgraph that sees the values around it.</summary>
    /// <param name="graph">The subgraph.</param>
    /// <param name="around">The values of the graph that it stands in.</param>
    /// <param name="inputs">The values of its inputs, in order.</param>
    /// <param name="parent">The node that it belongs to.</param>
    public OnnxValue<T>[] Run(GraphProto graph, IReadOnlyDictionary<string, OnnxValue<T>> around, IReadOnlyList<OnnxValue<T>> inputs, OnnxNode parent)
    {
        if (graph.Input.Count != inputs.Count)
            throw model.Malformed($"its subgraph has {graph.Input.Count} inputs; {inputs.Count} are given", parent);
        Dictionary<string, OnnxValue<T>> values = new(around);
        foreach (TensorProto tensor in graph.Initializer)
            values[tensor.Name] = OnnxValue<T>.Of(tape, model.Tensors.Read(tensor, $"initializer {Excerpt.Of(tensor.Name)} of a subgraph"));
        for (int i = 0; i < inputs.Count; i++)
            values[graph.Input[i].Name] = inputs[i];
        for (int index = 0; index < graph.Node.Count; index++)
            Step(graph.Node[index], OnnxGraph.NodeOf(graph.Node[index], index), values);
        return [.. graph.Output.Select(output => values.TryGetValue(output.Name, out OnnxValue<T>? value)
            ? value
            : throw model.Malformed($"output {Excerpt.Of(output.Name)} of its subgraph is not made, as optional results that are not asked for", parent))];
    }

    private void Step(NodeProto proto, OnnxNode shown, Dictionary<string, OnnxValue<T>> values)
    {
        if (++steps > model.Limits.MaximumSteps)
            throw new OnnxException(OnnxProblem.Input,
                $"{model.File}: more than {nameof(OnnxLimits)}.{nameof(OnnxLimits.MaximumSteps)}, {model.Limits.MaximumSteps}, nodes were computed.",
                    model.File, shown);
        NodeContext<T> node = new(this, proto, shown, values);
        OnnxValue<T>?[] results;
        try
        {
            results = OperatorTable<T>.Rows[shown.Operator](node);
        }
        catch (Exception refused) when (refused is ArgumentException or OverflowException or InvalidOperationException or NotSupportedException
            or IndexOutOfRangeException or DivideByZeroException or FormatException)
        {
            throw new OnnxException(OnnxProblem.Input,
                $"{model.File}: {shown} with inputs {node.Given}: {refused.Message}", model.File, shown, refused);
        }

        for (int i = 0; i < proto.Output.Count; i++)
        {
            if (proto.Output[i].Length == 0)
                continue;
            if (i >= results.Length || results[i] is not { } result)
                throw node.Unsupported($"its output {i + 1} is asked for; {results.Length} are computed");
            if (result.Shape.Count > model.Limits.MaximumElements)
                throw node.TooLarge(result.Shape.Count);
            values[proto.Output[i]] = result;
        }
    }
}
