using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>The kink census: finds the recorded operations at a kink and the elements concerned.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to examine.</param>
/// <param name="branches">The program's own comparisons, which count as kinks where they compared equal numbers.</param>
internal sealed class Census<T>(TapeRecord<T> record, Branches<T> branches)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of positions listed by default.</summary>
    public const int PositionsListed = 100;

    /// <summary>Counts on the device.</summary>
    public KinkTally<T> Tally { get; } = new(record.Device);

    /// <summary>The kinks of the selected nodes, and all comparisons of equal numbers.</summary>
    /// <param name="nodes">Selects the nodes.</param>
    /// <param name="elementsListed">The largest number of positions to list per operation.</param>
    /// <param name="counts">The number of kinks at each node, if known.</param>
    public KinkCensus Of(Predicate<int> nodes, int elementsListed = PositionsListed, long[]? counts = null) =>
        WithComparisons(KinksAmong(nodes, elementsListed, false, counts ?? Counted(record.Count, nodes).ToArray()));

    /// <summary>The selected nodes that may have kinks, those that are at none too. Comparisons of the program are left out.</summary>
    /// <param name="nodes">Selects the nodes.</param>
    /// <param name="elementsListed">The largest number of positions to list per operation.</param>
    public IReadOnlyList<OperationKinks> Sites(Predicate<int> nodes, int elementsListed) => KinksAmong(nodes, elementsListed, false, null, true);

    /// <summary>Like <see cref="Of"/>, for derivatives: points where second derivatives jump count as well.</summary>
    public KinkCensus OfSecondOrder(Predicate<int> nodes) => WithComparisons(KinksAmong(nodes, PositionsListed, true, null));

    /// <summary>
    /// The number of kinks of each of the first operations, for the selected nodes. It takes one pass over the input of each nonsmooth operation, and one wait
    /// for the device.
    /// </summary>
    public ReadOnlySpan<long> Counted(int operations, Predicate<int> nodes)
    {
        Tally.Begin(operations);
        for (int node = 0; node < operations; node++)
        {
            if (MayHaveKinks(node, false, out Column<T>? column) && nodes(node))
                column.CountKinks(record.PlaceAt(node), new KinkContext<T>(new Node<T>(record, node), Tally));
        }

        return Tally.End();
    }

    /// <summary>
    /// Marks the values that an output depends on. Values in comparisons of equal numbers are included, because their kinks decide which branch the program
    /// takes.
    /// </summary>
    public bool[] Reached(int output)
    {
        bool[] reached = new bool[record.Count];
        reached[output] = record.NeedsGradient(output);
        foreach (int node in branches.TiedNodes)
            reached[node] = true;
        record.MarkDependencies(reached, record.NeedsGradient);
        return reached;
    }

    private KinkCensus WithComparisons(List<OperationKinks> found)
    {
        foreach (SwitchingForm comparison in branches.Ties)
            found.Add(new OperationKinks(comparison.Node, comparison.Operation, Shape.Scalar, 1, [0]));
        return new KinkCensus([.. found.OrderBy(met => met.Node)]);
    }

    private List<OperationKinks> KinksAmong(Predicate<int> nodes, int elementsListed, bool ofSecondOrder, long[]? counts, bool withoutKinks = false)
    {
        List<OperationKinks> found = [];
        for (int node = 0; node < record.Count; node++)
        {
            if (!MayHaveKinks(node, ofSecondOrder, out Column<T>? column) || !nodes(node) || counts?[node] == 0)
                continue;
            KinkContext<T> context = new(new Node<T>(record, node));
            int place = record.PlaceAt(node);
            NDArray<T> marks = ofSecondOrder ? column.SecondOrderKinks(place, context) : column.Kinks(place, context);
            if (marks.IsNone)
                continue;
            long kinks = counts is null ? record.Device.Count(default(Identity), marks) : counts[node];
            if (kinks > 0 || withoutKinks)
                found.Add(new OperationKinks(node, column.Facts, marks.Shape, kinks, record.Device.FindNonzero(marks, (int)Math.Min(elementsListed, kinks))));
            record.Device.Return(marks);
        }

        return found;
    }

    private bool MayHaveKinks(int node, bool ofSecondOrder, [NotNullWhen(true)] out Column<T>? column)
    {
        column = record.IsLeaf(node) ? null : record.ColumnAt(node);
        return column is not null
            && !(column.Facts.IsSmooth && column.Facts.IsLocallyLipschitz && (!ofSecondOrder || column.Facts.TameClass == TameClass.Polynomial));
    }
}
