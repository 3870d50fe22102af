using System.Globalization;
using System.Text;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>One value of a record, for text and pictures.</summary>
/// <param name="Node">Its index.</param>
/// <param name="Name">The operation, or what kind of leaf it is.</param>
/// <param name="Inputs">The indices of its inputs.</param>
/// <param name="Shape">Its shape; null for single numbers.</param>
/// <param name="IsLeaf">Whether it was put on the tape rather than computed.</param>
/// <param name="NeedsGradient">Whether it depends on a variable.</param>
/// <param name="Kinks">The number of elements at a kink.</param>
internal sealed record GraphNode(int Node, string Name, IReadOnlyList<int> Inputs, Shape? Shape, bool IsLeaf, bool NeedsGradient, long Kinks);

/// <summary>Writes a record as text, one line per value, and as a graph in the DOT language of Graphviz.</summary>
internal static class RecordGraph
{
    /// <summary>One line per value.</summary>
    public static string Text(IEnumerable<GraphNode> nodes)
    {
        StringBuilder text = new();
        foreach (GraphNode node in nodes)
        {
            if (text.Length > 0)
                text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"{node.Node}: {node.Name}");
            if (node.Inputs.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"({string.Join(", ", node.Inputs)})");
            if (node.Shape is { } shape)
                text.Append(CultureInfo.InvariantCulture, $" {shape}");
            if (!node.IsLeaf && !node.NeedsGradient)
                text.Append(", constant");
            if (node.Kinks > 0)
                text.Append(CultureInfo.InvariantCulture, $", {node.Kinks} at a kink");
        }

        return text.ToString();
    }

    /// <summary>A graph: leaves are boxes, operations ellipses, those at a kink red, those without a gradient grey.</summary>
    public static string Dot(IEnumerable<GraphNode> nodes)
    {
        StringBuilder text = new("digraph record {");
        text.AppendLine().Append("  rankdir=TB; node [fontname=\"sans-serif\"];");
        foreach (GraphNode node in nodes)
        {
            string label = Escaped(node.Name) + (node.Shape is { } shape ? $"\\n{shape}" : "")
                + (node.Kinks > 0 ? string.Create(CultureInfo.InvariantCulture, $"\\n{node.Kinks} at a kink") : "");
            string look = (node.IsLeaf ? ", shape=box" : "") + (node.Kinks > 0 ? ", color=red" : !node.NeedsGradient ? ", color=grey, fontcolor=grey40" : "");
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  n{node.Node} [label=\"{label}\"{look}];");
            foreach (int input in node.Inputs)
                text.AppendLine().Append(CultureInfo.InvariantCulture, $"  n{input} -> n{node.Node};");
        }

        return text.AppendLine().Append('}').AppendLine().ToString();
    }

    private static string Escaped(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
}
