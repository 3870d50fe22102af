using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <content>The kink census.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private KinkTally<T>? tally;

    /// <summary>Which recorded operations sit at a kink, at how many of their elements, and at which.</summary>
    /// <param name="elementsListed">How many positions to list per operation at most; counting is never cut short.</param>
    public KinkCensus Census(int elementsListed = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementsListed);
        NeedEveryValue();
        return WithComparisons(KinksAmong(_ => true, elementsListed));
    }

    /// <summary>How many elements of recorded operations sit at a kink: the census without its details, in one pass over each nonsmooth operation's input.</summary>
    public long CountKinks()
    {
        NeedEveryValue();
        long kinks = comparisons.Count;
        foreach (long met in Tallied(count, _ => true))
            kinks += met;
        return kinks;
    }

    // How many kinks each of the first operations meets, of those that are asked for: one pass over each nonsmooth operation's input, and one wait for the device.
    private ReadOnlySpan<long> Tallied(int operations, Predicate<int> nodes, bool singularities = false)
    {
        tally ??= new KinkTally<T>(Device);
        tally.Begin(operations);
        for (int node = 0; node < operations; node++)
        {
            if (!MayHaveKinks(node, false, out Column<T>? column) || !nodes(node))
                continue;
            if (!singularities)
                column.CountKinks(placeInColumn[node], new KinkContext<T>(this, node, tally));
            else if (!column.Facts.IsLocallyLipschitz)
                column.CountSingularities(placeInColumn[node], new KinkContext<T>(this, node, tally));
        }

        return tally.End();
    }

    private KinkCensus WithComparisons(List<OperationKinks> found)
    {
        foreach (SwitchingForm comparison in comparisons)
            found.Add(new OperationKinks(comparison.Node, comparison.Operation, Shape.Scalar, 1, [0]));
        return new KinkCensus([.. found.OrderBy(met => met.Node)]);
    }

    private List<OperationKinks> KinksAmong(Predicate<int> nodes, int elementsListed, bool ofSecondOrder = false, long[]? counts = null)
    {
        List<OperationKinks> found = [];
        if (!ofSecondOrder)
            counts ??= Tallied(count, nodes).ToArray();
        for (int node = 0; node < count; node++)
        {
            if (!MayHaveKinks(node, ofSecondOrder, out Column<T>? column) || !nodes(node) || counts?[node] == 0)
                continue;
            var context = new KinkContext<T>(this, node);
            NDArray<T> marks = ofSecondOrder ? column.SecondOrderKinks(placeInColumn[node], context) : column.Kinks(placeInColumn[node], context);
            if (marks.IsNone)
                continue;
            long kinks = counts is null ? Device.Count(default(Identity), marks) : counts[node];
            if (kinks > 0)
                found.Add(new OperationKinks(node, column.Facts, marks.Shape, kinks, Device.FindNonzero(marks, (int)Math.Min(elementsListed, kinks))));
            Device.Return(marks.Storage);
        }

        return found;
    }

    // The operations and leaves that a value depends on through those that count.
    private bool[] ReachedFrom(int output, Predicate<int> counts)
    {
        bool[] reached = new bool[output + 1];
        reached[output] = counts(output);
        for (int node = output; node >= 0; node--)
        {
            for (int index = 0; reached[node] && columnOf[node] != Leaf && index < InputCount(node); index++)
                reached[InputNode(node, index)] |= counts(InputNode(node, index));
        }

        return reached;
    }

    private bool MayHaveKinks(int node, bool ofSecondOrder, [NotNullWhen(true)] out Column<T>? column)
    {
        column = columnOf[node] == Leaf ? null : columns[columnOf[node]];
        return column is not null && !(column.Facts.IsSmooth && column.Facts.IsLocallyLipschitz && (!ofSecondOrder || column.Facts.TameClass == TameClass.Polynomial));
    }
}
