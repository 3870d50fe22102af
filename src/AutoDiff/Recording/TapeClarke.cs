using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Clarke gradients: reverse passes with kinks locked along a direction.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // As many positions as a census lists by default.
    private const int PositionsListed = 100;

    /// <summary>
    /// An element of the Clarke subdifferential of a scalar at the recorded point: the gradient where no operation sits at a kink, else the limit of gradients along a random
    /// direction. What the selections say at kinks plays no part.
    /// </summary>
    /// <remarks>
    /// A pass forward with tangents along a random direction, as far as there are kinks to decide, locks every kink to the piece that the direction leads to, one reverse pass follows the pieces. For almost every
    /// direction the result is the limit of ∇F(x + t·d) as t → 0⁺ (Nesterov, Math. Program. 2005; Kakade and Lee, NeurIPS 2018; Khan, Optim. Methods Softw. 2018).
    /// It speaks of the recorded operations: a branch in the program's own code is the one that ran (<see cref="Clarke"/> runs the program anew). Tangents of leaves are replaced.
    /// </remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="seed">The seed of the direction.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public ClarkeGradient<T> ClarkeGradient(Var<T> output, ulong seed = 0)
    {
        NeedEveryValue();
        CheckScalar(output);
        long[] atKinks = CountKinks(output, out bool[] reached);
        ClarkeCertificate certificate = Certify(output, seed, reached, atKinks);
        int last = Array.FindLastIndex(atKinks, kinks => kinks > 0);
        if (last < 0)
            return new ClarkeGradient<T>(Backward(output), certificate);

        // Tangents are needed only where they decide, and on the way there.
        bool[] decides = new bool[last + 1];
        for (int node = last; node >= 0; node--)
        {
            for (int index = 0; (atKinks[node] > 0 || decides[node]) && columnOf[node] != Leaf && index < InputCount(node); index++)
                decides[InputNode(node, index)] |= needsGradient[InputNode(node, index)];
        }

        ReleaseTangents();
        GrowTangents();
        for (int node = 0; node <= last; node++)
        {
            if (!decides[node])
                continue;
            if (columnOf[node] != Leaf)
            {
                CarryTangent(node);
                continue;
            }

            tangents[node] = Device.Allocate<T>(values[node].Shape);
            Device.Uniform(new Philox(seed, (ulong)node), tangents[node], -T.One, T.One);
        }

        return new ClarkeGradient<T>(LockedBackward(output, atKinks), certificate);
    }

    /// <summary>As <see cref="ClarkeGradient(Var{T}, ulong)"/>, along the direction that the tangents of the leaves give (<see cref="SetTangent"/>).</summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no leaf has a tangent.</exception>
    public ClarkeGradient<T> ClarkeGradientAlongTangents(Var<T> output)
    {
        NeedEveryValue();
        CheckScalar(output);
        long[] atKinks = CountKinks(output, out bool[] reached);
        ClarkeCertificate certificate = Certify(output, null, reached, atKinks);
        if (tangentCount == 0)
            throw new InvalidOperationException("No leaf has a tangent; give the direction with SetTangent, or have one drawn with ClarkeGradient.");
        CarryTangents();
        return new ClarkeGradient<T>(LockedBackward(output, atKinks), certificate);
    }

    internal Gradients<T> LockedBackward(Var<T> output, long[]? atKinks = null)
    {
        BeginPass(output);
        NDArray<T> seed = Device.Allocate<T>(output.Shape);
        Device.Fill(seed, T.One);
        cotangents[output.Node] = seed;
        return Sweep(output.Node, null, true, atKinks);
    }

    internal bool NeedsGradient(Var<T> output) => needsGradient[output.Node];

    /// <summary>The kinks that an output depends on, and all comparisons of equal numbers.</summary>
    internal KinkCensus Census(Var<T> output)
    {
        bool[] reached = Reached(output);
        return WithComparisons(KinksAmong(node => node <= output.Node && reached[node], PositionsListed));
    }

    /// <summary>The operations that an output depends on and whose derivative is not finite.</summary>
    internal List<OperationFacts> Singularities(Var<T> output) => Singularities(output, Reached(output));

    private List<OperationFacts> Singularities(Var<T> output, bool[] reached)
    {
        List<OperationFacts> singular = [];
        ReadOnlySpan<long> met = Tallied(output.Node + 1, node => reached[node], singularities: true);
        for (int node = 0; node <= output.Node; node++)
        {
            if (met[node] > 0)
                singular.Add(columns[columnOf[node]]!.Facts);
        }

        return singular;
    }

    /// <summary>Every recorded value, leaves included.</summary>
    internal IEnumerable<RecordedOperation> Operations()
    {
        for (int node = 0; node < count; node++)
            yield return OperationAt(node);
    }

    private RecordedOperation OperationAt(int node)
    {
        if (columnOf[node] == Leaf)
            return new RecordedOperation(node, OperationFacts.Leaf, [], true, !needsGradient[node]);
        Column<T> column = columns[columnOf[node]]!;
        (Curvature curvature, Monotonicity monotonicity) = column.ShapeOf(placeInColumn[node]);
        int[] inputNodes = [.. Enumerable.Range(0, InputCount(node)).Select(index => InputNode(node, index))];
        int held = 0;
        if (curvature is Curvature.Product or Curvature.Quotient && Array.FindIndex(inputNodes, 0, 2, input => !needsGradient[input]) is var constant and >= 0)
        {
            double[] factors = Array.ConvertAll(values[inputNodes[constant]].ToArray(), double.CreateTruncating);
            held = Array.TrueForAll(factors, factor => factor >= 0) ? 1 : Array.TrueForAll(factors, factor => factor <= 0) ? -1 : 0;
        }

        return new RecordedOperation(node, column.Facts, inputNodes, false, !needsGradient[node]) { Curvature = curvature, Monotonicity = monotonicity, HeldSign = held };
    }

    private static void CheckScalar(Var<T> output)
    {
        output.Tape.Check(output);
        if (output.Shape.Count != 1)
            throw new InvalidOperationException($"A Clarke gradient is that of a scalar; a value of shape {output.Shape} needs a reduction first (Sum, Mean).");
    }

    // In one pass over each nonsmooth operation's input, without listing anything.
    private long[] CountKinks(Var<T> output, out bool[] reached)
    {
        bool[] within = Reached(output);
        reached = within;
        return Tallied(output.Node + 1, node => within[node])[..(output.Node + 1)].ToArray();
    }

    private ClarkeCertificate Certify(Var<T> output, ulong? seed, bool[] reached, long[] atKinks)
    {
        KinkCensus kinks = WithComparisons(KinksAmong(node => node <= output.Node && atKinks[node] > 0, PositionsListed, false, atKinks));
        return new ClarkeCertificate(kinks, Singularities(output, reached), [.. kinks.Operations.Select(met => met.Operation).Where(facts => !facts.IsContinuous)], seed)
        {
            UndecidedComparisons = comparisons.Count(form => !form.IsDecided),
        };
    }
}
