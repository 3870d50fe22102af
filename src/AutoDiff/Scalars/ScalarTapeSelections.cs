namespace ConservativeAD.Scalars;

/// <content>Passes from and to several recorded numbers, by their nodes.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>The inputs of a node; 0 for a constant.</summary>
    internal int[] InputsOf(int node)
    {
        int count = RuleNumbers.ArityOf(operations[node]);
        ScalarNode entry = record->Nodes[node];
        int first = entry.First == node ? 0 : entry.First, second = entry.Second == node ? 0 : entry.Second;
        return count == 0 ? [] : count == 1 ? [first] : [first, second];
    }

    /// <summary>The cotangent of a node in the last reverse pass.</summary>
    internal double CotangentOf(int node) => adjoints[node];

    /// <summary>
    /// Traces a node back through nodes that depend on one other each: the first of them, and the factor between the derivatives, not 0. Kinks with slopes of 0
    /// are not passed.
    /// </summary>
    internal (int Node, int Element, double Factor) RootOf(int node)
    {
        double factor = 1;
        while (true)
        {
            ScalarNode entry = record->Nodes[node];
            bool isOfFirst = entry.First != 0 && entry.First != node && entry.FirstSlope != 0;
            bool isOfSecond = entry.Second != 0 && entry.Second != node && entry.SecondSlope != 0;
            if (isOfFirst == isOfSecond)
                return (node, 0, factor);
            double next = factor * (isOfFirst ? entry.FirstSlope : entry.SecondSlope);
            if (!double.IsNormal(next))
                return (node, 0, factor);
            (node, factor) = (isOfFirst ? entry.First : entry.Second, next);
        }
    }

    /// <summary>Marks nodes and everything that they depend on, with a slope that is not 0 or through a kink.</summary>
    internal bool[] NodesBelow(IEnumerable<int> nodes)
    {
        HashSet<int> atKinks = [.. kinks.Where(kink => !kink.IsComparison).Select(kink => kink.Node)];
        bool[] marked = new bool[record->Count];
        foreach (int node in nodes)
            marked[node] = true;
        for (int node = record->Count - 1; node > 0; node--)
        {
            if (!marked[node])
                continue;
            ScalarNode entry = record->Nodes[node];
            bool isAtKink = atKinks.Count > 0 && atKinks.Contains(node);
            marked[entry.First] |= entry.FirstSlope != 0 || isAtKink;
            marked[entry.Second] |= entry.SecondSlope != 0 || isAtKink;
        }

        return marked;
    }

    /// <summary>The gradient of a weighted sum of nodes.</summary>
    internal void PullFrom(ReadOnlySpan<int> nodes, ReadOnlySpan<double> weights, Span<double> gradient)
    {
        PrepareAdjoints();
        new Span<double>(adjoints, record->Count).Clear();
        int last = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            adjoints[nodes[i]] += weights[i];
            last = Math.Max(last, nodes[i]);
        }

        adjoints[0] = 0;
        SweepFrom(last);
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = adjoints[variables[i]];
        GC.KeepAlive(this);
    }

    /// <summary>The derivatives of nodes along a direction.</summary>
    internal void PushTo(ReadOnlySpan<double> direction, ReadOnlySpan<int> nodes, Span<double> derivatives)
    {
        PrepareAdjoints();
        PushAll(direction);
        for (int i = 0; i < nodes.Length; i++)
            derivatives[i] = adjoints[nodes[i]];
        GC.KeepAlive(this);
    }

    // Writes the derivative of every node along a direction in place of the adjoints.
    private void PushAll(ReadOnlySpan<double> direction)
    {
        double* tangent = adjoints;
        tangent[0] = 0;
        int variable = 0;
        for (int node = 1; node < record->Count; node++)
        {
            ScalarNode* entry = record->Nodes + node;
            if (variable < variables.Count && variables[variable] == node)
                tangent[node] = direction[variable++];
            else
            {
                // A node that is its own input represents a constant.
                tangent[node] = 0;
                tangent[node] = Product(entry->FirstSlope, tangent[entry->First]) + Product(entry->SecondSlope, tangent[entry->Second]);
            }
        }
    }
}
