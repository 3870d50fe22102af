using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Second order: the reverse pass, differentiated along the tangents.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The tangents of the cotangents. The two change places while tangents are written, so that a rule's own pullback writes them.
    private NDArray<T>[] otherCotangents = [];
    private (int Generation, bool[] Reached, KinkCensus Kinks)? secondOrderCensus;

    /// <summary>
    /// The gradient of a scalar and its derivative along the tangents that leaves were given (<see cref="SetTangent"/>): the product of the Hessian with them, at a small multiple of a gradient's cost.
    /// A tangent given to a constant contributes the mixed derivative with respect to it.
    /// </summary>
    /// <remarks>Pearlmutter, Neural Computation 1994: every pullback is differentiated in its turn, forward over reverse.</remarks>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no leaf has a tangent.</exception>
    /// <exception cref="NotSupportedException">An operation does not state its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianVectorProduct<T> HessianVectorProduct(Var<T> output)
    {
        NeedEveryValue();
        CheckTwice(output);
        if (tangentCount == 0)
            throw new InvalidOperationException("No leaf has a tangent; give the vector with SetTangent, or leaf by leaf as arguments.");
        int ofPass = DifferentiateTwice(output);
        return new HessianVectorProduct<T>(new Gradients<T>(this, ofPass), new Gradients<T>(this, ofPass, true), SecondOrderKinks(output));
    }

    /// <summary>The gradient of a scalar and the product of its Hessian with a vector, given leaf by leaf. Tangents of leaves are replaced; those not named do not move.</summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="vector">Leaves, each with its part of the vector in row-major order.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no part is given.</exception>
    /// <exception cref="ArgumentException">A part has another number of elements than its leaf.</exception>
    /// <exception cref="NotSupportedException">An operation does not state its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianVectorProduct<T> HessianVectorProduct(Var<T> output, params ReadOnlySpan<(Var<T> Leaf, T[] Part)> vector)
    {
        NeedEveryValue();
        CheckTwice(output);
        ReleaseTangents();
        foreach ((Var<T> leaf, T[] part) in vector)
            SetTangent(leaf, part);
        return HessianVectorProduct(output);
    }

    internal OperationFacts FactsOf(int node) => columns[columnOf[node]]!.Facts;

    internal ref readonly NDArray<T> TangentAt(int node) => ref tangents[node];

    internal ref readonly NDArray<T> OtherCotangentOf(int node) => ref otherCotangents[node];

    internal NDArray<T> ProductOf(Var<T> variable, int ofPass)
    {
        // Refuses what has no gradient, and makes room for a leaf that came after the pass.
        _ = GradientOf(variable, ofPass);
        GrowOtherCotangents();
        return OrZeros(otherCotangents, variable.Node);
    }

    private void CheckTwice(Var<T> output)
    {
        Check(output);
        if (output.Shape.Count != 1)
            throw new InvalidOperationException($"A Hessian is that of a scalar; a value of shape {output.Shape} needs a reduction first (Sum, Mean).");
    }

    private int DifferentiateTwice(Var<T> output)
    {
        for (int node = 0; node <= output.Node; node++)
            CarryTangent(node);
        BeginPass(output);
        GrowOtherCotangents();
        cotangents[output.Node] = Device.Allocate<T>(output.Shape);
        Device.Fill(cotangents[output.Node], T.One);
        for (int node = output.Node; node >= 0; node--)
        {
            if (columnOf[node] == Leaf || (cotangents[node].IsNone && otherCotangents[node].IsNone))
                continue;
            OrZeros(cotangents, node);
            OrZeros(otherCotangents, node);
            if (needsGradient[node])
                PullBackTwice(node, columns[columnOf[node]]!);
            Forget(cotangents, node);
            Forget(otherCotangents, node);
        }

        return pass;
    }

    private void PullBackTwice(int node, Column<T> column)
    {
        var context = new PullbackContext<T>(this, node, Selections);
        column.Pullback(placeInColumn[node], context);
        if (DetectAnomalies)
            CheckInputCotangents(node, column.Facts.Name);
        (cotangents, otherCotangents) = (otherCotangents, cotangents);
        try
        {
            column.Pullback(placeInColumn[node], context);
            if (HasTangent(node))
                column.PullbackTangent(placeInColumn[node], new SecondOrderContext<T>(this, node, Selections));
            if (DetectAnomalies)
                CheckInputCotangents(node, column.Facts.Name);
        }
        finally
        {
            (cotangents, otherCotangents) = (otherCotangents, cotangents);
        }
    }

    private KinkCensus SecondOrderKinks(Var<T> output)
    {
        bool[] reached = ReachedFrom(output.Node, node => needsGradient[node] || HasTangent(node));

        // Products with several vectors, over one recording, share it.
        if (secondOrderCensus is { } known && known.Generation == generation && known.Reached.AsSpan().SequenceEqual(reached))
            return known.Kinks;
        KinkCensus kinks = WithComparisons(KinksAmong(node => node <= output.Node && reached[node], PositionsListed, true));
        secondOrderCensus = (generation, reached, kinks);
        return kinks;
    }

    private NDArray<T> OrZeros(NDArray<T>[] arrays, int node)
    {
        if (arrays[node].IsNone)
        {
            arrays[node] = Device.Allocate<T>(values[node].Shape);
            Device.Fill(arrays[node], T.Zero);
        }

        return arrays[node];
    }

    private void Forget(NDArray<T>[] arrays, int node)
    {
        Device.Return(arrays[node].Storage);
        arrays[node] = default;
    }

    private void GrowOtherCotangents()
    {
        if (otherCotangents.Length < cotangents.Length)
            Array.Resize(ref otherCotangents, cotangents.Length);
    }

    private void ReleaseOtherCotangents()
    {
        for (int node = 0; node < Math.Min(cotangentCount, otherCotangents.Length); node++)
        {
            if (!otherCotangents[node].IsNone)
                Forget(otherCotangents, node);
        }
    }
}
