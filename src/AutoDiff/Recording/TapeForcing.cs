using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Kinks decided one by one, each by tangents of its own, whatever the directions of the leaves lead to: the independent choices that selections make.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<(int Node, int Index), NDArray<T>> forcedTangents = [];

    /// <summary>The tangents that decide at a node: those it was given for itself, or those that flow into it.</summary>
    internal NDArray<T> DecidingTangent(int node, int index) => forcedTangents.Count > 0 && forcedTangents.TryGetValue((node, index), out NDArray<T> forced)
        ? forced
        : InputTangent(node, index);

    /// <summary>Gives an operation input tangents of its own, which decide at its kinks until <see cref="ReleaseForcedTangents"/>.</summary>
    internal void ForceTangent(int node, int index, ReadOnlySpan<T> tangent)
    {
        if (!forcedTangents.TryGetValue((node, index), out NDArray<T> forced))
        {
            forced = RentUntilReset(InputValue(node, index).Shape);
            forcedTangents.Add((node, index), forced);
        }

        forced.CopyFrom(tangent);
    }

    internal void ReleaseForcedTangents() => forcedTangents.Clear();

    /// <summary>What one operation passes back to its inputs that need gradients.</summary>
    internal List<(int Input, T[] Cotangent)> PullbackOf(int node, ReadOnlySpan<T> cotangent)
    {
        ReleaseCotangents();
        GrowCotangents();
        cotangents[node] = Device.Allocate<T>(values[node].Shape);
        cotangents[node].CopyFrom(cotangent);
        columns[columnOf[node]]!.Pullback(placeInColumn[node], new PullbackContext<T>(this, node, Selections));
        List<(int Input, T[] Cotangent)> pulled = [];
        foreach (int input in Enumerable.Range(0, InputCount(node)).Select(index => InputNode(node, index)).Distinct())
        {
            if (needsGradient[input] && !cotangents[input].IsNone)
                pulled.Add((input, cotangents[input].ToArray()));
        }

        return pulled;
    }

    /// <summary>The operations that an output depends on and that sit at a kink.</summary>
    internal IEnumerable<int> NodesAtKinks(Var<T> output) => Census(output).Operations.Where(met => met.Operation != ScalarKink.Comparison).Select(met => met.Node);
}
