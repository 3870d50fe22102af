namespace ConservativeAD.Networks;

/// <summary>A node of a model's graph.</summary>
/// <param name="Index">Its place among the nodes of the graph.</param>
/// <param name="Name">Its name; where the file has none, that of its first output.</param>
/// <param name="Operator">Its operator, after the domain and a colon where that is not ONNX's own.</param>
public sealed record OnnxNode(int Index, string Name, string Operator)
{
    /// <inheritdoc/>
    public override string ToString() => $"node {Excerpt.Of(Name)} ({Excerpt.Of(Operator)})";
}
