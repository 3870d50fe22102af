using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <content>The kink census.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Which recorded operations sit at a kink, at how many of their elements, and at which.</summary>
    /// <param name="elementsListed">How many positions to list per operation at most; counting is never cut short.</param>
    public KinkCensus Census(int elementsListed = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementsListed);
        List<OperationKinks> found = [];
        for (int node = 0; node < count; node++)
        {
            if (!MayHaveKinks(node, out Column<T>? column))
                continue;
            NDArray<T> marks = column.Kinks(placeInColumn[node], new KinkContext<T>(this, node));
            if (marks.IsNone)
                continue;
            long kinks = Device.Count(default(Identity), marks);
            if (kinks > 0)
                found.Add(new OperationKinks(node, column.Facts, marks.Shape, kinks, Positions(marks, elementsListed)));
            Device.Return(marks.Storage);
        }

        foreach (SwitchingForm comparison in comparisons)
            found.Add(new OperationKinks(comparison.Node, comparison.Operation, Shape.Scalar, 1, [0]));
        return new KinkCensus([.. found.OrderBy(met => met.Node)]);
    }

    /// <summary>How many elements of recorded operations sit at a kink: the census without its details, in one pass over each nonsmooth operation's input.</summary>
    public long CountKinks()
    {
        long kinks = comparisons.Count;
        for (int node = 0; node < count; node++)
        {
            if (MayHaveKinks(node, out Column<T>? column))
                kinks += column.CountKinks(placeInColumn[node], new KinkContext<T>(this, node));
        }

        return kinks;
    }

    private bool MayHaveKinks(int node, [NotNullWhen(true)] out Column<T>? column)
    {
        column = columnOf[node] == Leaf ? null : columns[columnOf[node]];
        return column is not null && !(column.Facts.IsSmooth && column.Facts.IsLocallyLipschitz);
    }

    private static int[] Positions(in NDArray<T> marks, int limit)
    {
        T[] host = marks.ToArray();
        List<int> positions = [];
        for (int i = 0; i < host.Length && positions.Count < limit; i++)
        {
            if (host[i] != T.Zero)
                positions.Add(i);
        }

        return [.. positions];
    }
}
