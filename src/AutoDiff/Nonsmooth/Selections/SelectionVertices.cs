using System.Numerics;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The extreme points of a product of intervals, simplices and permutations, none of whose places are constants, counted without a list and listed one by one.
/// </summary>
internal sealed class SelectionVertices
{
    private readonly SelectionPieces pieces;

    private SelectionVertices(SelectionPieces pieces, BigInteger count) => (this.pieces, Count) = (pieces, count);

    /// <summary>Their number.</summary>
    public BigInteger Count { get; }

    /// <summary>The extreme points; null if there are infinitely many, as of a ball.</summary>
    public static SelectionVertices? Of(SelectionPieces pieces)
    {
        BigInteger count = BigInteger.One;
        for (int i = 0; i < pieces.IntervalCount; i++)
            count *= pieces.Low[i] < pieces.High[i] ? 2 : 1;
        foreach (SelectionBlock block in pieces.Blocks)
        {
            if (CountOf(block) is not { } ofBlock)
                return null;
            count *= ofBlock;
        }

        return new SelectionVertices(pieces, count);
    }

    /// <summary>The extreme points one by one, the last coordinates changing fastest. Each is the same array.</summary>
    public IEnumerable<double[]> All()
    {
        double[] w = new double[pieces.Count];
        int groups = pieces.IntervalCount + pieces.Blocks.Count;
        for (int group = 0; group < groups; group++)
            Begin(w, group);
        while (true)
        {
            yield return w;
            int moving = groups - 1;
            while (moving >= 0 && !Next(w, moving))
                Begin(w, moving--);
            if (moving < 0)
                yield break;
        }
    }

    private static BigInteger? CountOf(SelectionBlock block)
    {
        switch (block.Kind)
        {
            case PiecesKind.Simplex:
                return block.Numbers[0] == 0 ? 1 : block.Count;
            case PiecesKind.Ball:
                return block.Numbers[0] == 0 ? 1 : null;
            default:
                BigInteger orders = BigInteger.One;
                int run = 0;
                for (int i = 0; i < block.Count; i++)
                {
                    // n!/(k₁!·k₂!·…), with the run lengths kᵢ of equal numbers.
                    run = i > 0 && block.Numbers[i] == block.Numbers[i - 1] ? run + 1 : 1;
                    orders = orders * (i + 1) / run;
                }

                return orders;
        }
    }

    private void Begin(double[] w, int group)
    {
        if (group < pieces.IntervalCount)
        {
            w[group] = pieces.Low[group];
            return;
        }

        SelectionBlock block = pieces.Blocks[group - pieces.IntervalCount];
        Span<double> part = w.AsSpan(block.Start, block.Count);
        if (block.Kind == PiecesKind.Permutations)
        {
            block.Numbers.CopyTo(part);
            part.Reverse();
            return;
        }

        part.Clear();
        if (block.Kind == PiecesKind.Simplex)
            part[0] = block.Numbers[0];
    }

    // The next extreme point of a group; false after its last.
    private bool Next(double[] w, int group)
    {
        if (group < pieces.IntervalCount)
        {
            bool isLast = w[group] == pieces.High[group];
            w[group] = pieces.High[group];
            return !isLast;
        }

        SelectionBlock block = pieces.Blocks[group - pieces.IntervalCount];
        Span<double> part = w.AsSpan(block.Start, block.Count);
        return block.Kind switch
        {
            PiecesKind.Simplex => NextCorner(part),
            PiecesKind.Permutations => NextOrder(part),
            _ => false,
        };
    }

    private static bool NextCorner(Span<double> part)
    {
        int at = part.IndexOfAnyExcept(0);
        if (at < 0 || at == part.Length - 1)
            return false;
        (part[at], part[at + 1]) = (0, part[at]);
        return true;
    }

    // The next permutation in lexicographic order (D. Knuth, The Art of Computer Programming 4A, 7.2.1.2, algorithm L).
    private static bool NextOrder(Span<double> part)
    {
        int rise = part.Length - 2;
        while (rise >= 0 && part[rise] >= part[rise + 1])
            rise--;
        if (rise < 0)
            return false;
        int larger = part.Length - 1;
        while (part[larger] <= part[rise])
            larger--;
        (part[rise], part[larger]) = (part[larger], part[rise]);
        part[(rise + 1)..].Reverse();
        return true;
    }
}
