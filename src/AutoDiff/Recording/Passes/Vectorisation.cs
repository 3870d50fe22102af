using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <summary>Records a program that was recorded for one example again, once for many examples along a leading axis.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="example">The record for one example.</param>
/// <param name="output">The program's result.</param>
internal sealed class Vectorisation<T>(TapeRecord<T> example, int output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool[] varies = new bool[output + 1];

    /// <summary>Whether a value is computed from one that varies with the example; known once <see cref="Obstacle"/> was asked.</summary>
    public bool Varies(int node) => varies[node];

    /// <summary>What prevents it: the first operation without a form for many examples; null for nothing.</summary>
    /// <param name="leaves">The leaves that vary with the example.</param>
    public string? Obstacle(ReadOnlySpan<int> leaves)
    {
        Array.Clear(varies);
        foreach (int leaf in leaves)
        {
            if (leaf <= output)
                varies[leaf] = true;
        }

        for (int node = 0; node <= output; node++)
        {
            if (!example.IsLeaf(node))
            {
                bool[] inputs = VaryingInputs(node);
                varies[node] = inputs.Contains(true);
                Examples<T> asked = new(null!, 0, new Node<T>(example, node), [], inputs);
                if (varies[node] && !example.ColumnAt(node).CanVectorise(example.PlaceAt(node), asked))
                    return $"{example.FactsAt(node).Name} has no form for many examples";
            }

            if (varies[node] && example.Value(node).Shape.Rank == Shape.MaximumRank)
                return $"a value of shape {example.Value(node).Shape} leaves no room for an axis of examples";
        }

        return null;
    }

    /// <summary>
    /// Whether most of the program's work is products of what varies with matrices that do not: these are read once for all examples, and everything else is
    /// computed for each.
    /// </summary>
    public bool IsMostlySharedMatrices()
    {
        long shared = 0, own = 0;
        for (int node = 0; node <= output; node++)
        {
            if (!varies[node])
                continue;
            own += example.Value(node).Count;
            for (int index = 0; !example.IsLeaf(node) && example.ColumnAt(node).IsProductOfMatrices && index < example.InputCount(node); index++)
                shared += varies[example.InputNode(node, index)] ? 0 : example.InputValue(node, index).Count;
        }

        return own < shared;
    }

    /// <summary>Records the program for all examples.</summary>
    /// <param name="tape">The tape to record on.</param>
    /// <param name="count">The number of examples.</param>
    /// <param name="leaf">The variable for a leaf, with the examples along its first axis if it varies; also asked for values that do not vary.</param>
    /// <param name="recomputes">Whether values that do not vary are computed on the tape; if not, they are asked for.</param>
    /// <returns>The result, with the examples along its first axis if it varies.</returns>
    public Var<T> Record(Tape<T> tape, int count, Func<int, Var<T>> leaf, bool recomputes)
    {
        Var<T>[] recorded = new Var<T>[output + 1];
        bool[] needed = new bool[output + 1];
        needed[output] = true;
        example.MarkDependencies(needed, _ => true);
        bool[] read = Read(needed);
        for (int node = 0; node <= output; node++)
        {
            if (example.IsLeaf(node) || (!varies[node] && !recomputes))
            {
                if (recomputes || read[node])
                    recorded[node] = leaf(node);
                continue;
            }

            if (!recomputes && !needed[node])
                continue;
            Var<T>[] inputs = new Var<T>[example.InputCount(node)];
            for (int index = 0; index < inputs.Length; index++)
                inputs[index] = recorded[example.InputNode(node, index)];
            Column<T> column = example.ColumnAt(node);
            int place = example.PlaceAt(node);
            recorded[node] = varies[node]
                ? column.Vectorise(place, new Examples<T>(tape, count, new Node<T>(example, node), inputs, VaryingInputs(node)))
                : column.RecordOn(tape, place, inputs);
        }

        return recorded[output];
    }

    private bool[] VaryingInputs(int node)
    {
        bool[] inputs = new bool[example.InputCount(node)];
        for (int index = 0; index < inputs.Length; index++)
            inputs[index] = varies[example.InputNode(node, index)];
        return inputs;
    }

    // Values that needed operations read which vary, and the result.
    private bool[] Read(bool[] needed)
    {
        bool[] read = new bool[output + 1];
        read[output] = true;
        for (int node = 0; node <= output; node++)
        {
            for (int index = 0; needed[node] && varies[node] && index < example.InputCount(node); index++)
                read[example.InputNode(node, index)] = true;
        }

        return read;
    }
}
