using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <summary>
/// The second derivatives of a value with respect to pairs of nodes, in a reverse pass: a quadratic form of the changes of nodes, in which the node that is
/// passed is replaced by its inputs. A pair is kept at the node that is passed first, variables last.
/// </summary>
/// <param name="places">For each node the place of the variable that it is, from 1; 0 for operations.</param>
/// <param name="last">The last node.</param>
internal sealed class PairsOfNodes(int[] places, int last)
{
    private readonly Dictionary<int, double>?[] partners = new Dictionary<int, double>?[last + 1];
    private readonly Stack<Dictionary<int, double>> unused = new();

    /// <summary>Replaces a node by its inputs. An input of 0 is a constant.</summary>
    public void Pass(int node, (int Node, double Slope) first, (int Node, double Slope) second)
    {
        if (partners[node] is not { } own)
            return;
        partners[node] = null;
        foreach ((int partner, double weight) in own)
        {
            if (partner == node)
            {
                AddSquare(first.Node, first.Slope * first.Slope * weight);
                AddSquare(second.Node, second.Slope * second.Slope * weight);
                AddProduct(first.Node, second.Node, first.Slope * second.Slope * weight);
                continue;
            }

            AddProduct(first.Node, partner, first.Slope * weight);
            AddProduct(second.Node, partner, second.Slope * weight);
        }

        own.Clear();
        unused.Push(own);
    }

    /// <summary>Adds to the second derivative with respect to one node.</summary>
    public void AddSquare(int node, double weight)
    {
        if (node != 0)
            Add(node, node, weight);
    }

    /// <summary>Adds to the mixed second derivative of two nodes. If they are one, its square gets both mixed derivatives.</summary>
    public void AddProduct(int one, int other, double weight)
    {
        if (one == 0 || other == 0)
            return;
        if (one == other)
            Add(one, one, 2 * weight);
        else
            Add(one, other, weight);
    }

    /// <summary>Reads the pairs of a variable with itself and earlier ones, or with later ones that are kept here.</summary>
    public void Read(int node, int variable, List<(int Row, int Column, double Value)> entries)
    {
        if (partners[node] is not { } own)
            return;
        foreach ((int partner, double weight) in own)
            entries.Add((variable, places[partner] - 1, weight));
    }

    private void Add(int one, int other, double weight)
    {
        int at = IsPassedFirst(one, other) ? one : other;
        Dictionary<int, double> own = partners[at] ??= unused.TryPop(out Dictionary<int, double>? used) ? used : [];
        CollectionsMarshal.GetValueRefOrAddDefault(own, one + other - at, out _) += weight;
    }

    private bool IsPassedFirst(int one, int other) => places[one] > 0 == places[other] > 0 ? one > other : places[one] == 0;
}
