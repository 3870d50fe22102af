using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks;

/// <summary>The operators of ONNX that models may have.</summary>
public static class OnnxOperators
{
    /// <summary>Their names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. OperatorTable<float>.Rows.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether an operator is one of them.</summary>
    /// <param name="name">Its name, after its domain and a colon where that is not ONNX's own.</param>
    public static bool IsSupported(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OperatorTable<float>.Rows.ContainsKey(name);
    }
}
