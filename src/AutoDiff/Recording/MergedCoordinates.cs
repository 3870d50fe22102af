namespace ConservativeAD;

/// <summary>
/// Kinks whose arguments are multiples of one number, joined: relu(t) − relu(−t) has one slope on each side of t = 0, and here the same. What only one choice
/// is left for is held.
/// </summary>
internal sealed class MergedCoordinates
{
    private readonly SelectionPieces original;

    // By the coordinate after joining: the members, and what each passes back on either side of the first member's argument. A block's coordinate has itself.
    private readonly (int[] Members, double[] Below, double[] Above)[] groups;

    private MergedCoordinates(SelectionPieces original, SelectionPieces pieces, (int[] Members, double[] Below, double[] Above)[] groups, double[] alone)
    {
        this.original = original;
        Pieces = pieces;
        this.groups = groups;
        Alone = alone;
    }

    /// <summary>The sets after joining.</summary>
    public SelectionPieces Pieces { get; }

    /// <summary>The sets before.</summary>
    public SelectionPieces Original => original;

    /// <summary>What the coordinates that are held pass back; 0 for the others.</summary>
    public double[] Alone { get; }

    /// <summary>Joins intervals; null if there is nothing to join or to hold.</summary>
    /// <param name="pieces">The sets.</param>
    /// <param name="roots">By coordinate of an interval, the number that its argument is a multiple of, and the factor, not 0.</param>
    public static MergedCoordinates? Of(SelectionPieces pieces, (int Node, int Element, double Factor)[] roots)
    {
        SelectionPieces merged = new();
        List<(int[] Members, double[] Below, double[] Above)> groups = [];
        double[] alone = new double[pieces.Count];
        foreach (IGrouping<(int, int), int> group in Enumerable.Range(0, pieces.IntervalCount).GroupBy(i => (roots[i].Node, roots[i].Element)))
        {
            int[] members = [.. group];
            if (!TryJoin(members))
                Array.ForEach(members, member => TryJoin([member]));
        }

        if (groups.Count == pieces.IntervalCount)
            return null;
        foreach (SelectionBlock block in pieces.Blocks)
        {
            (int, int)[] places = [.. Enumerable.Range(block.Start, block.Count).Select(i => (pieces.PlaceOf(i).Node, pieces.PlaceOf(i).Element))];
            merged.AddBlock(block.Operation, block.Kind, places, block.Numbers, block.Bend);
            groups.AddRange(Enumerable.Range(block.Start, block.Count).Select(i => (new[] { i }, Array.Empty<double>(), Array.Empty<double>())));
        }

        merged.Close();
        return new MergedCoordinates(pieces, merged, [.. groups], alone);

        bool TryJoin(int[] members)
        {
            double[] below = new double[members.Length], above = new double[members.Length];
            double sumBelow = 0, sumAbove = 0;
            for (int m = 0; m < members.Length; m++)
            {
                double ratio = roots[members[m]].Factor / roots[members[0]].Factor;
                (below[m], above[m]) = ratio > 0 ? pieces.SidesOf(members[m]) : Exchanged(pieces.SidesOf(members[m]));
                if (members.Length > 1 && !(double.IsNormal(ratio) && IsKept(below[m], ratio) && IsKept(above[m], ratio)))
                    return false;
                sumBelow += ratio * below[m];
                sumAbove += ratio * above[m];
            }

            if (sumBelow == sumAbove)
            {
                for (int m = 0; m < members.Length; m++)
                    alone[members[m]] = above[m];
                return true;
            }

            (int operation, int node, int element) = pieces.PlaceOf(members[0]);
            merged.AddInterval(operation, node, element, sumBelow, sumAbove);
            groups.Add((members, below, above));
            return true;
        }
    }

    /// <summary>What every kink passes back, where coordinates that were held stay 0 and each joined one is passed back by its first member.</summary>
    public double[] AtFirstMembers(double[] w)
    {
        double[] all = new double[original.Count];
        for (int i = 0; i < w.Length; i++)
            all[groups[i].Members[0]] = w[i];
        return all;
    }

    /// <summary>What every kink passes back by itself.</summary>
    public double[] Expand(double[] w)
    {
        double[] all = [.. Alone];
        for (int i = 0; i < w.Length; i++)
        {
            (int[] members, double[] below, double[] above) = groups[i];
            if (below.Length == 0)
            {
                all[members[0]] = w[i];
                continue;
            }

            (double from, double to) = Pieces.SidesOf(i);
            double share = (w[i] - from) / (to - from);
            for (int m = 0; m < members.Length; m++)
                all[members[m]] = below[m] + (share * (above[m] - below[m]));
        }

        return all;
    }

    /// <summary>The derivatives of the joined arguments, from those of all.</summary>
    public double[] OfFirstMembers(double[] u) => [.. groups.Select(group => u[group.Members[0]])];

    // Whether a product lost no digits to underflow or overflow.
    private static bool IsKept(double side, double ratio) => side == 0 || double.IsNormal(side * ratio);

    private static (double Below, double Above) Exchanged((double Below, double Above) sides) => (sides.Above, sides.Below);
}
