using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>Further passes over the record: products with the Jacobian from either side.</content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>The Jacobian of recorded numbers with respect to the variables, times a vector: a forward pass through the recorded slopes.</summary>
    /// <param name="direction">One element per variable.</param>
    /// <param name="outputs">The numbers.</param>
    /// <returns>One element per output.</returns>
    public double[] Push(ReadOnlySpan<double> direction, ReadOnlySpan<Active> outputs)
    {
        TakeOver();
        if (direction.Length != variables.Count)
            throw new ArgumentException($"A direction of {direction.Length} elements was given for {variables.Count} variables.", nameof(direction));
        CheckOwn(outputs);
        PrepareAdjoints();
        PushAll(direction);
        double[] result = new double[outputs.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = adjoints[outputs[i].Node];
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>The gradient of a weighted sum of recorded numbers, in one reverse pass.</summary>
    /// <param name="outputs">The numbers.</param>
    /// <param name="weights">One weight per number.</param>
    /// <param name="gradient">The destination, with one element per variable.</param>
    public void Pull(ReadOnlySpan<Active> outputs, ReadOnlySpan<double> weights, Span<double> gradient)
    {
        TakeOver();
        if (weights.Length != outputs.Length || gradient.Length != variables.Count)
            throw new ArgumentException(
                $"{outputs.Length} outputs of {variables.Count} variables were given {weights.Length} weights and a destination of {gradient.Length} elements.",
                    nameof(weights));
        CheckOwn(outputs);
        int[] nodes = new int[outputs.Length];
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = outputs[i].Node;
        PullFrom(nodes, weights, gradient);
    }

    private static double Product(double slope, double tangent) => tangent == 0 ? 0 : slope * tangent;

    private void CheckOwn(ReadOnlySpan<Active> numbers)
    {
        foreach (Active number in numbers)
        {
            if (!number.IsConstant && !Holds(number))
                ScalarTapeSlots.ThrowForeign();
        }
    }

    private void PrepareAdjoints()
    {
        clearedAdjoints = 0;
        if (adjointCapacity >= record->Count)
            return;
        adjointCapacity = capacity;
        adjoints = (double*)NativeMemory.Realloc(adjoints, (nuint)adjointCapacity * sizeof(double));
    }
}
