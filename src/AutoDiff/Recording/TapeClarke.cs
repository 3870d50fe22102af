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
    /// One pass forward with tangents along a Gaussian direction locks every kink to the piece that the direction leads to, one reverse pass follows the pieces. For almost every
    /// direction the result is the limit of ∇F(x + t·d) as t → 0⁺ (Nesterov, Math. Program. 2005; Kakade and Lee, NeurIPS 2018; Khan, Optim. Methods Softw. 2018).
    /// It speaks of the recorded operations: a branch in the program's own code is the one that ran (<see cref="Clarke"/> runs the program anew). Tangents of leaves are replaced.
    /// </remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="seed">The seed of the direction.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public ClarkeGradient<T> ClarkeGradient(Var<T> output, ulong seed = 0)
    {
        ClarkeCertificate certificate = Certify(output, seed);
        if (certificate.Kinks.IsEmpty)
            return new ClarkeGradient<T>(Backward(output), certificate);
        ReleaseTangents();
        for (int node = 0; node <= output.Node; node++)
        {
            if (columnOf[node] == Leaf && needsGradient[node])
                SetTangent(new Var<T>(this, node, generation), Direction(values[node].Count, seed, (ulong)node));
        }

        CarryTangents();
        return new ClarkeGradient<T>(LockedBackward(output), certificate);
    }

    /// <summary>As <see cref="ClarkeGradient(Var{T}, ulong)"/>, along the direction that the tangents of the leaves give (<see cref="SetTangent"/>).</summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no leaf has a tangent.</exception>
    public ClarkeGradient<T> ClarkeGradientAlongTangents(Var<T> output)
    {
        ClarkeCertificate certificate = Certify(output, null);
        if (tangentCount == 0)
            throw new InvalidOperationException("No leaf has a tangent; give the direction with SetTangent, or have one drawn with ClarkeGradient.");
        CarryTangents();
        return new ClarkeGradient<T>(LockedBackward(output), certificate);
    }

    internal Gradients<T> LockedBackward(Var<T> output)
    {
        BeginPass(output);
        NDArray<T> seed = Device.Allocate<T>(output.Shape);
        Device.Fill(seed, T.One);
        cotangents[output.Node] = seed;
        return Sweep(output.Node, null, true);
    }

    internal bool NeedsGradient(Var<T> output) => needsGradient[output.Node];

    /// <summary>The kinks that an output depends on, and all comparisons of equal numbers.</summary>
    internal KinkCensus Census(Var<T> output)
    {
        bool[] reached = Reached(output);
        return WithComparisons(KinksAmong(node => node <= output.Node && reached[node], PositionsListed));
    }

    /// <summary>The operations that an output depends on and whose derivative is not finite.</summary>
    internal List<OperationFacts> Singularities(Var<T> output)
    {
        bool[] reached = Reached(output);
        List<OperationFacts> singular = [];
        for (int node = 0; node <= output.Node; node++)
        {
            if (!reached[node] || columnOf[node] == Leaf)
                continue;
            Column<T> column = columns[columnOf[node]]!;
            if (!column.Facts.IsLocallyLipschitz && column.CountSingularities(placeInColumn[node], new KinkContext<T>(this, node)) > 0)
                singular.Add(column.Facts);
        }

        return singular;
    }

    /// <summary>Every recorded value, leaves included.</summary>
    internal IEnumerable<RecordedOperation> Operations()
    {
        for (int node = 0; node < count; node++)
        {
            yield return OperationAt(node);
        }
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

    private static T[] Direction(int count, ulong seed, ulong leaf)
    {
        double[] draws = new double[count];
        new Philox(seed, leaf).Normal<double>(draws, 0, 1);
        return Array.ConvertAll(draws, T.CreateTruncating);
    }

    private ClarkeCertificate Certify(Var<T> output, ulong? seed)
    {
        Check(output);
        if (output.Shape.Count != 1)
            throw new InvalidOperationException($"A Clarke gradient is that of a scalar; a value of shape {output.Shape} needs a reduction first (Sum, Mean).");
        KinkCensus kinks = Census(output);
        return new ClarkeCertificate(kinks, Singularities(output), [.. kinks.Operations.Select(met => met.Operation).Where(facts => !facts.IsContinuous)], seed)
        {
            UndecidedComparisons = comparisons.Count(form => !form.IsDecided),
        };
    }
}
