using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Clarke gradients: reverse passes with kinks locked along a direction, and the linear forms that decided at those kinks.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to differentiate.</param>
/// <param name="reverse">The reverse pass.</param>
/// <param name="tangents">The direction.</param>
/// <param name="branches">The program's own comparisons.</param>
/// <param name="census">Counts the kinks.</param>
/// <param name="search">Finds obstacles to certification.</param>
internal sealed class LockedPass<T>(
    TapeRecord<T> record, ReversePass<T> reverse, Tangents<T> tangents, Branches<T> branches, Census<T> census, ObstacleSearch<T> search)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LossSearch<T> losses = new(record, tangents);

    /// <summary>Pulls back along a random direction, or along the tangents of the leaves.</summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="seed">The seed of the direction; null to use the tangents of the leaves.</param>
    /// <returns>The number of the pass, and its certificate.</returns>
    public (long Pass, ClarkeCertificate Certificate) Run(Var<T> output, ulong? seed)
    {
        (long[] atKinks, IReadOnlyList<Obstacle> obstacles, int choices) = search.Look(output);
        ClarkeCertificate certificate = new(census.Of(node => atKinks[node] > 0, counts: atKinks), obstacles, seed)
        {
            UndecidedComparisons = branches.Ties.Count(form => !form.IsDecided),
            ComparisonsSeenFromOneSide = branches.Ties.Count(form => form.IsDecided) + choices,
        };
        int last = Array.FindLastIndex(atKinks, kinks => kinks > 0);
        if (seed is null)
            tangents.CarryAll();
        else if (last >= 0)
            CarryRandom(seed.Value, Deciding(atKinks, last), last);
        reverse.BeginFromOne(output.Node);
        long pass = reverse.SweepWatched(output.Node, losses, seed is null || last >= 0, atKinks);

        // A gradient that is not finite is never certified, wherever it became so.
        if (certificate.Obstacles.Count == 0)
            certificate = certificate with { Obstacles = search.OfGradients() };
        Action? carry = seed is { } drawn ? () => CarryRandom(drawn, Depending(output.Node), output.Node) : null;
        if (losses.End(output.Node, reverse, carry) is { } loss && certificate.Obstacles.Count == 0)
            certificate = certificate with { Obstacles = [loss] };
        return (pass, certificate);
    }

    /// <summary>
    /// Pulls back, with kinks locked along the tangents if asked, and looks for derivatives that are lost on the way. Without a lock the tangents are replaced.
    /// </summary>
    /// <returns>The number of the pass, and where it lost a derivative that the gradient depends on.</returns>
    public (long Pass, Obstacle? Loss) RunWatched(int output, bool isLocked)
    {
        reverse.BeginFromOne(output);
        long pass = reverse.SweepWatched(output, losses, isLocked);
        return (pass, losses.End(output, reverse, isLocked ? null : () => CarryRandom(0, Depending(output), output)));
    }

    /// <summary>Pulls back with kinks locked along the current tangents.</summary>
    /// <returns>The number of the pass.</returns>
    public long Run(int output)
    {
        reverse.BeginFromOne(output);
        return reverse.Sweep(output, null, true);
    }

    /// <summary>
    /// The forms that decided at the kinks that an output depends on, in recording order. All comparisons are included, because the program's path depends on
    /// them.
    /// </summary>
    public List<SwitchingForm> FormsOf(int output)
    {
        bool[] reached = census.Reached(output);
        List<SwitchingForm> forms = [];
        int compared = 0;
        for (int node = 0; node < record.Count; node++)
        {
            while (compared < branches.Ties.Count && branches.Ties[compared].Node <= node)
                forms.Add(branches.Ties[compared++]);
            if (reached[node] && !record.IsLeaf(node) && !record.FactsAt(node).IsSmooth)
                AddForms(node, forms);
        }

        forms.AddRange(branches.Ties.Skip(compared));
        return forms;
    }

    /// <summary>Adds the forms that decided at an operation's kinks.</summary>
    public void AddForms(int node, List<SwitchingForm> forms) =>
        record.ColumnAt(node).SwitchingForms(record.PlaceAt(node), new SwitchingContext<T>(new Node<T>(record, node), tangents, forms));

    /// <summary>The gradient of an output as a function of what the operations at kinks pass back; see <see cref="SelectionPass{T}.Of"/>.</summary>
    public SelectionMap? Selections(int output, int[] leaves, out string reason) =>
        SelectionPass<T>.Of(record, reverse, tangents, output, leaves, [.. NodesAtKinks(output)], out reason);

    /// <summary>The operations at a kink that an output depends on.</summary>
    public IEnumerable<int> NodesAtKinks(int output) =>
        KinksOf(output).Operations.Where(met => met.Operation != OperationFacts.Comparison).Select(met => met.Node);

    /// <summary>The kinks that an output depends on, and all comparisons of equal numbers.</summary>
    /// <param name="output">The output.</param>
    /// <param name="elementsListed">The largest number of positions to list per operation.</param>
    public KinkCensus KinksOf(int output, int elementsListed = Census<T>.PositionsListed)
    {
        bool[] reached = census.Reached(output);
        return census.Of(node => reached[node], elementsListed);
    }

    /// <summary>The group of an element in the input of a curved operation; always the same group if the rule defines none.</summary>
    public int GroupOf(int node, int element) => record.RuleAt(node) is IHasGroups grouped ? grouped.GroupOf(record.InputValue(node, 0).Shape, element) : 0;

    // Tangents are needed only at the kinks they decide and on the way there.
    private bool[] Deciding(long[] atKinks, int last)
    {
        bool[] decides = new bool[last + 1];
        for (int node = last; node >= 0; node--)
        {
            if (atKinks[node] > 0 || decides[node])
                record.MarkInputs(decides, node, record.NeedsGradient);
        }

        return decides;
    }

    private bool[] Depending(int output)
    {
        bool[] needed = new bool[record.Count];
        needed[output] = true;
        record.MarkDependencies(needed, record.NeedsGradient);
        return needed;
    }

    private void CarryRandom(ulong seed, bool[] needed, int last)
    {
        tangents.Release();
        for (int node = 0; node <= last; node++)
        {
            if (!needed[node])
                continue;
            if (record.IsLeaf(node))
                record.Device.Uniform(Philox.For(seed, (uint)Streams.LeafDirections, (ulong)node), tangents.Into(node), -T.One, T.One);
            else
                tangents.Carry(node);
        }
    }
}
