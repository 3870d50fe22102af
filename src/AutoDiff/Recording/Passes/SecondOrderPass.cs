using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Second order: the reverse pass, differentiated along the tangents.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to differentiate.</param>
/// <param name="reverse">The reverse pass.</param>
/// <param name="tangents">The direction.</param>
/// <param name="census">Counts the kinks.</param>
/// <param name="search">Finds obstacles to certification.</param>
internal sealed class SecondOrderPass<T>(TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, Census<T> census, ObstacleSearch<T> search)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private (int Generation, bool[] Reached, KinkCensus Kinks)? knownKinks;
    private (int Generation, int Output, int Count, IReadOnlyList<Obstacle> Obstacles)? knownObstacles;

    private Cotangents<T> Cotangents => reverse.Cotangents;

    /// <summary>Pulls back the gradient of a scalar and its derivative along the tangents.</summary>
    /// <returns>The number of the pass.</returns>
    public long Differentiate(Var<T> output)
    {
        for (int node = 0; node <= output.Node; node++)
            tangents.Carry(node);
        reverse.BeginFromOne(output.Node);
        Cotangents.GrowOthers();
        for (int node = output.Node; node >= 0; node--)
        {
            if (record.IsLeaf(node) || (Cotangents[node].IsNone && Cotangents.Other(node).IsNone))
                continue;
            Cotangents.OrZeros(node);
            Cotangents.OtherOrZeros(node);
            if (record.NeedsGradient(node))
                PullBackTwice(node);
            Cotangents.Return(node);
            Cotangents.ReturnOther(node);
        }

        return Cotangents.Pass;
    }

    /// <summary>The elements of the gradient and of its derivative that are not finite, after a pass.</summary>
    public List<Obstacle> GradientObstacles()
    {
        List<Obstacle> found = search.OfGradients();
        Cotangents.Exchange();
        try
        {
            return [.. found, .. search.OfGradients()];
        }
        finally
        {
            Cotangents.Exchange();
        }
    }

    /// <summary>The kinks of an output's derivatives. Products with several vectors over one recording share this result.</summary>
    public KinkCensus Kinks(Var<T> output)
    {
        bool[] reached = new bool[output.Node + 1];
        bool Counts(int node) => record.NeedsGradient(node) || tangents.Has(node);
        reached[output.Node] = Counts(output.Node);
        record.MarkDependencies(reached, Counts);
        if (knownKinks is { } known && known.Generation == record.Generation && known.Reached.AsSpan().SequenceEqual(reached))
            return known.Kinks;
        KinkCensus kinks = census.OfSecondOrder(node => node <= output.Node && reached[node]);
        knownKinks = (record.Generation, reached, kinks);
        return kinks;
    }

    /// <summary>The obstacles to certifying an output. Products over one recording share this result too.</summary>
    public IReadOnlyList<Obstacle> Obstacles(Var<T> output)
    {
        if (knownObstacles is not { } known || known.Generation != record.Generation || known.Output != output.Node || known.Count != record.Count)
            knownObstacles = known = (record.Generation, output.Node, record.Count, search.Look(output).Obstacles);
        return known.Obstacles;
    }

    private void PullBackTwice(int node)
    {
        Column<T> column = record.ColumnAt(node);
        int place = record.PlaceAt(node);
        PullbackContext<T> context = reverse.ContextOf(node, record.Selections);
        try
        {
            column.Pullback(place, context);
            if (record.DetectsAnomalies)
                reverse.CheckInputCotangents(node);
            Cotangents.Exchange();
            try
            {
                column.Pullback(place, context);
                if (tangents.Has(node))
                    column.PullbackTangent(place, new SecondOrderContext<T>(new Node<T>(record, node), Cotangents, tangents, record.Selections));
                if (record.DetectsAnomalies)
                    reverse.CheckInputCotangents(node);
            }
            finally
            {
                Cotangents.Exchange();
            }
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }
    }
}
