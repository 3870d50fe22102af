using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// Traces elements of recorded values back through operations that depend on one element each, smoothly there: two elements with the same root have derivatives
/// that are multiples of each other.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record.</param>
/// <param name="reverse">Its reverse pass; a pass in progress is lost.</param>
/// <param name="cut">The elements that are at kinks, by operation.</param>
internal sealed class ArgumentRoots<T>(TapeRecord<T> record, ReversePass<T> reverse, IReadOnlyDictionary<int, List<int>> cut)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecordedOperation[] operations = [.. RecordedOperations.Of(record)];
    private readonly Dictionary<int, (int[] Elements, double[] Slopes)?> steps = [];

    /// <summary>The root of an element, and the factor between the derivatives, not 0.</summary>
    public (int Node, int Element, double Factor) Of(int node, int element)
    {
        double factor = 1;
        while (Step(node) is var (elements, slopes) && elements[element] >= 0 && factor * slopes[element] is var next && double.IsNormal(next))
            (node, element, factor) = (operations[node].Inputs[0], elements[element], next);
        return (node, element, factor);
    }

    // By element of a value, the element of its input that it depends on, or −1, and the slope; null if the operation does not depend on single elements.
    private (int[] Elements, double[] Slopes)? Step(int node)
    {
        if (steps.TryGetValue(node, out (int[], double[])? known))
            return known;
        (int[] Elements, double[] Slopes)? step = Find(operations[node]);
        if (step is { } found && cut.TryGetValue(node, out List<int>? atKinks))
        {
            foreach (int element in atKinks)
                found.Elements[element] = -1;
        }

        steps.Add(node, step);
        return step;
    }

    private (int[] Elements, double[] Slopes)? Find(RecordedOperation operation)
    {
        if (operation.IsLeaf || operation.Inputs.Count != 1 || !record.NeedsGradient(operation.Inputs[0]))
            return null;
        int count = record.Value(operation.Node).Count, inputs = record.Value(operation.Inputs[0]).Count;
        double[] ones = Pull(operation.Node, [.. Enumerable.Repeat(1.0, count)]);
        if (operation.IsElementwise)
            return ones.Length == count ? ([.. Enumerable.Range(0, count)], ones) : null;

        // A rearrangement passes ones to as many elements, and the numbers 1, 2, … each to one of them.
        double[] numbers = [.. Enumerable.Range(1, count).Select(i => (double)i)];
        if (operation is not { Curvature: Curvature.Affine, Monotonicity: Monotonicity.Increasing }
            || double.CreateTruncating(T.CreateTruncating(count)) != count || !ones.All(one => one is 0 or 1) || ones.Count(one => one == 1) != count)
            return null;
        double[] pulled = Pull(operation.Node, numbers);
        int[] elements = new int[count];
        Array.Fill(elements, -1);
        for (int i = 0; i < inputs; i++)
        {
            if (ones[i] == 0)
                continue;
            int output = (int)pulled[i] - 1;
            if (output < 0 || output >= count || output + 1 != pulled[i] || elements[output] >= 0)
                return null;
            elements[output] = i;
        }

        return (elements, [.. Enumerable.Repeat(1.0, count)]);
    }

    private double[] Pull(int node, double[] cotangent) =>
        reverse.PullbackOf(node, Array.ConvertAll(cotangent, T.CreateTruncating)) is [var (_, pulled)]
            ? Array.ConvertAll(pulled, double.CreateTruncating)
            : [];
}
