namespace ConservativeAD;

/// <summary>
/// Backpropagation at a point as a function of what the kinks pass back. Where no kink lies downstream of another, it is affine: the gradient is g₀ + Jᵀ·w,
/// with w in a product of small sets and J the derivative of the kinks' arguments. J is never formed; a reverse pass gives Jᵀ·w and a forward pass J·v.
/// </summary>
/// <param name="pieces">The sets.</param>
/// <param name="held">g₀.</param>
internal abstract class SelectionMap(SelectionPieces pieces, double[] held)
{
    /// <summary>The sets of w.</summary>
    public SelectionPieces Pieces => pieces;

    /// <summary>g₀: the gradient with nothing passed back at the kinks.</summary>
    public double[] Held => held;

    /// <summary>Kinks that were joined; null if none were.</summary>
    public virtual MergedCoordinates? Merged => null;

    /// <summary>The number of passes made.</summary>
    public int Passes { get; private set; }

    /// <summary>Jᵀ·w.</summary>
    public double[] Pull(double[] w)
    {
        Passes++;
        return PullCore(w);
    }

    /// <summary>J·v.</summary>
    public double[] Push(double[] v)
    {
        Passes++;
        return PushCore(v);
    }

    private protected abstract double[] PullCore(double[] w);

    private protected abstract double[] PushCore(double[] v);
}

/// <summary>A map of which some coordinates are joined or held.</summary>
/// <param name="inner">The map.</param>
/// <param name="merged">The coordinates.</param>
/// <param name="held">The gradient with what is held.</param>
internal sealed class MergedSelectionMap(SelectionMap inner, MergedCoordinates merged, double[] held) : SelectionMap(merged.Pieces, held)
{
    public override MergedCoordinates Merged => merged;

    /// <summary>Joins the coordinates of a map, if there is something to join.</summary>
    /// <param name="map">The map.</param>
    /// <param name="rootOf">The number that the argument of an interval's kink is a multiple of, and the factor, not 0.</param>
    public static SelectionMap Of(SelectionMap map, Func<int, int, (int Node, int Element, double Factor)> rootOf)
    {
        SelectionPieces pieces = map.Pieces;
        if (!MayJoin(pieces))
            return map;
        var roots = new (int, int, double)[pieces.IntervalCount];
        for (int i = 0; i < roots.Length; i++)
        {
            (_, int node, int element) = pieces.PlaceOf(i);
            roots[i] = rootOf(node, element);
        }

        if (MergedCoordinates.Of(pieces, roots) is not { } merged)
            return map;
        double[] alone = Array.TrueForAll(merged.Alone, part => part == 0) ? map.Held : [.. map.Held.Zip(map.Pull(merged.Alone), (a, b) => a + b)];
        return new MergedSelectionMap(map, merged, alone);
    }

    // Distinct elements of one value have distinct roots.
    private static bool MayJoin(SelectionPieces pieces)
    {
        (_, int node, int element) = pieces.IntervalCount > 0 ? pieces.PlaceOf(0) : default;
        for (int i = 0; i < pieces.IntervalCount; i++)
        {
            (_, int other, int at) = pieces.PlaceOf(i);
            if (pieces.Low[i] == pieces.High[i] || other != node || (i > 0 && at <= element))
                return true;
            element = at;
        }

        return false;
    }

    private protected override double[] PullCore(double[] w) => inner.Pull(merged.AtFirstMembers(w));

    private protected override double[] PushCore(double[] v) => merged.OfFirstMembers(inner.Push(v));
}
