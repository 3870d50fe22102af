using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>A model that was recorded on a tape.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class OnnxRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OnnxModel model;
    private readonly IReadOnlyDictionary<string, OnnxValue<T>> values;
    private readonly List<(OnnxNode Node, int End)> ends;

    internal OnnxRun(OnnxModel model, IReadOnlyDictionary<string, OnnxValue<T>> values, List<(OnnxNode Node, int End)> ends)
    {
        this.model = model;
        this.values = values;
        this.ends = ends;
    }

    /// <summary>The value of an output, or of any other value of the model's graph.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <exception cref="ArgumentException">The graph has no such value.</exception>
    public OnnxValue<T> this[string name] => values.TryGetValue(name, out OnnxValue<T>? value)
        ? value
        : throw new ArgumentException($"{model.File} has no value {Excerpt.Of(name)}; its outputs are {string.Join(", ", model.Outputs)}.", nameof(name));

    /// <summary>The outputs of the model, in its order.</summary>
    public IReadOnlyList<OnnxValue<T>> Outputs => [.. model.Outputs.Select(output => values[output.Name])];

    /// <summary>The value that a node of the model's graph reads.</summary>
    internal OnnxValue<T> InputOf(OnnxNode node, int place) => values[model.Proto.Graph.Node[node.Index].Input[place]];

    /// <summary>The node of the model that recorded an operation, or null for inputs, weights and operations recorded before or after.</summary>
    /// <param name="operation">The index of the operation on the tape, as in <see cref="OperationKinks.Node"/>.</param>
    public OnnxNode? NodeOf(int operation)
    {
        int place = ends.FindIndex(entry => operation < entry.End);
        return place <= 0 ? null : ends[place].Node;
    }
}
