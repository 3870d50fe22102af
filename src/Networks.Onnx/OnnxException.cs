namespace ConservativeAD.Networks;

/// <summary>A model that cannot be read or run. The message names the file, the node, the operator, the value and what is allowed.</summary>
/// <param name="problem">What is wrong.</param>
/// <param name="message">The message.</param>
/// <param name="file">The model's file, or the name it was given.</param>
/// <param name="node">The node, or null where no single one is concerned.</param>
/// <param name="inner">What an operation of the engine said, or null.</param>
public sealed class OnnxException(OnnxProblem problem, string message, string file, OnnxNode? node = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong.</summary>
    public OnnxProblem Problem { get; } = problem;

    /// <summary>The model's file, or the name it was given.</summary>
    public string File { get; } = file;

    /// <summary>The node, or null where no single one is concerned.</summary>
    public OnnxNode? Node { get; } = node;
}
