using ConservativeAD.Rules;

namespace ConservativeAD.Scalars;

/// <summary>
/// What a nested tape keeps of each operation: value and slopes as numbers of the surrounding program, where they are recorded in turn. The slopes come from
/// the rules' own formulas, evaluated on recorded numbers.
/// </summary>
internal sealed class NestedRecord
{
    private static long lastLevel;
    private readonly List<Active> values = [default];
    private readonly List<Node> nodes = [default];
    private readonly List<Active> tangents = [default];

    /// <summary>Tapes that began later carry the numbers of earlier ones, never the reverse.</summary>
    public long Level { get; } = Interlocked.Increment(ref lastLevel);

    /// <summary>The number that a node stands for in the surrounding program.</summary>
    public Active this[int node] => values[node];

    public void Clear()
    {
        values.RemoveRange(1, values.Count - 1);
        nodes.RemoveRange(1, nodes.Count - 1);
        tangents.RemoveRange(1, tangents.Count - 1);
    }

    /// <summary>The derivative of a node along the direction of the variables.</summary>
    public Active TangentOf(int node) => tangents[node];

    public void Add(Active value, Active tangent, Active firstSlope, int first, Active secondSlope, int second)
    {
        values.Add(value);
        tangents.Add(tangent);
        nodes.Add(new Node(firstSlope, first, secondSlope, second));
    }

    /// <summary>The cotangents of all nodes up to an output, recorded in the surrounding program.</summary>
    public Active[] Sweep(int output)
    {
        Active[] cotangents = new Active[output + 1];
        cotangents[output] = Active.One;
        for (int i = output; i > 0; i--)
        {
            Node node = nodes[i];
            Pass(node.First, node.FirstSlope);
            Pass(node.Second, node.SecondSlope);

            void Pass(int input, Active slope)
            {
                if (input != 0)
                    cotangents[input] = ActiveLane.Sum(cotangents[input], ActiveLane.Carry(cotangents[i], slope));
            }
        }

        return cotangents;
    }

    private readonly record struct Node(Active FirstSlope, int First, Active SecondSlope, int Second);
}
