using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>A look into a tape: text, graphs, profiles, and actions on gradients.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GradientHooks<T> hooks = new();

    /// <summary>What measures the operations from now on; null for none. It costs two readings of the clock per operation.</summary>
    public TapeProfile? Profile
    {
        get => record.Profile;
        set => record.Profile = value;
    }

    /// <summary>
    /// Runs an action on the gradient of a value in each reverse pass from now on (<see cref="Backward(Var{T}, Selections?)"/> and its overloads), when the
    /// gradient is complete and before it is pulled back further. The action may read the array and change its elements in place, such as to clip them: what it
    /// leaves is pulled back. The array lasts until the action returns. Actions of one value run in the order in which they were attached, and are forgotten
    /// when the tape is reset; replays keep them. Second derivatives and Clarke gradients do not run them, since both need the gradient itself.
    /// </summary>
    /// <param name="value">A value of this tape that depends on a variable, or a variable.</param>
    /// <param name="action">The action. It must not record on this tape or begin another pass on it.</param>
    /// <exception cref="InvalidOperationException">The value belongs to another tape, or depends on no variable.</exception>
    public void OnGradient(Var<T> value, Action<NDArray<T>> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        CheckNotDisposed();
        using Use use = Enter();
        RefuseWithinProbe("the program attaches an action to a gradient");
        Check(value);
        if (!record.NeedsGradient(value.Node))
            throw new InvalidOperationException($"{record.NameOf(value.Node)} has no gradient, since it depends on no parameter or variable.");
        hooks.Add(value.Node, action);
    }

    /// <summary>
    /// The record as text, one line per value: its index, operation, inputs, shape and the number of its elements at a kink. The count takes a pass over the
    /// inputs of operations that have kinks.
    /// </summary>
    public string ToText() => RecordGraph.Text(GraphNodes());

    /// <summary>
    /// The record as a graph in the DOT language, to be drawn by Graphviz (<c>dot -Tsvg</c>). Leaves are boxes; operations at a kink are red, and values
    /// without a gradient grey.
    /// </summary>
    public string ToDot() => RecordGraph.Dot(GraphNodes());

    private List<GraphNode> GraphNodes()
    {
        CheckNotDisposed();
        using Use use = Enter();
        replay.NeedEveryValue();
        long[] kinks = new long[record.Count];
        foreach (OperationKinks met in census.Of(_ => true, 0).Operations)
        {
            if (met.Node < kinks.Length && met.Operation != OperationFacts.Comparison)
                kinks[met.Node] += met.Count;
        }

        return [.. Enumerable.Range(0, record.Count).Select(node => new GraphNode(
            node,
            record.IsLeaf(node) ? record.LeafName(node) : record.FactsAt(node).Name,
            [.. Enumerable.Range(0, record.InputCount(node)).Select(index => record.InputNode(node, index))],
            record.Value(node).Shape,
            record.IsLeaf(node),
            record.NeedsGradient(node),
            kinks[node]))];
    }
}
