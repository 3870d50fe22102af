using System.Runtime.InteropServices;

namespace ConservativeAD;

/// <summary>The shape of a set of cotangents that a kink may pass back.</summary>
internal enum PiecesKind
{
    /// <summary>Nonnegative numbers times a factor that add to it.</summary>
    Simplex,

    /// <summary>Vectors up to a length.</summary>
    Ball,

    /// <summary>The hull of the permutations of given numbers.</summary>
    Permutations,
}

/// <summary>A set of cotangents on several places at once.</summary>
/// <param name="Operation">The operation at a kink.</param>
/// <param name="Kind">The shape of the set.</param>
/// <param name="Start">Its first coordinate.</param>
/// <param name="Count">The number of its coordinates.</param>
/// <param name="Numbers">The factor, the radius, or the numbers in descending order.</param>
/// <param name="Bend">1 if it bends the value upwards, −1 if downwards, 0 if not at all; null if unknown.</param>
internal sealed record SelectionBlock(int Operation, PiecesKind Kind, int Start, int Count, double[] Numbers, int? Bend);

/// <summary>
/// What the kinks of a program may pass back: a product of intervals, simplices, balls and permutations. A coordinate belongs to one place, an element of the
/// input of an operation at a kink.
/// </summary>
internal sealed class SelectionPieces
{
    private readonly List<(int Operation, int Node, int Element)> intervals = [], others = [];
    private readonly List<double> low = [], high = [];
    private readonly List<(double Below, double Above)> sides = [];
    private readonly List<SelectionBlock> blocks = [];
    private readonly Dictionary<int, List<int>> cut = [];

    /// <summary>The number of coordinates.</summary>
    public int Count => intervals.Count + others.Count;

    /// <summary>The number of coordinates that vary in an interval; they come first.</summary>
    public int IntervalCount => intervals.Count;

    /// <summary>The lower ends of the intervals.</summary>
    public ReadOnlySpan<double> Low => CollectionsMarshal.AsSpan(low);

    /// <summary>The upper ends of the intervals.</summary>
    public ReadOnlySpan<double> High => CollectionsMarshal.AsSpan(high);

    /// <summary>What an interval's kink passes back where its argument decreases, and where it increases.</summary>
    public (double Below, double Above) SidesOf(int interval) => sides[interval];

    /// <summary>The other sets; their coordinates come after those of the intervals.</summary>
    public IReadOnlyList<SelectionBlock> Blocks => blocks;

    /// <summary>Whether some kink bends the value upwards.</summary>
    public bool BendsUp { get; private set; }

    /// <summary>Whether some kink bends the value downwards.</summary>
    public bool BendsDown { get; private set; }

    /// <summary>Whether it is unknown of some kink where it bends the value.</summary>
    public bool BendsUnknown { get; private set; }

    /// <summary>Whether the pieces of some kink are not known.</summary>
    public bool IsUntold { get; private set; }

    /// <summary>
    /// Whether kinks lie downstream of others, so that the cotangents of some are known by bounds only, and the sets hold more than what the kinks can pass
    /// back.
    /// </summary>
    public bool IsRelaxed { get; init; }

    /// <summary>The number of blocks and intervals so far.</summary>
    public (int Intervals, int Blocks) Added => (intervals.Count, blocks.Count);

    /// <summary>Whether a number in the sets is not finite.</summary>
    public bool HasNotFinite { get; private set; }

    /// <summary>The operations at kinks, with the output elements that the sets replace.</summary>
    public IReadOnlyDictionary<int, List<int>> CutOutputs => cut;

    /// <summary>The operation and the place of a coordinate.</summary>
    public (int Operation, int Node, int Element) PlaceOf(int coordinate) =>
        coordinate < intervals.Count ? intervals[coordinate] : others[coordinate - intervals.Count];

    /// <summary>Notes that sets replace what an output element passes back.</summary>
    public void Cut(int operation, int output)
    {
        if (!cut.TryGetValue(operation, out List<int>? outputs))
            cut.Add(operation, outputs = []);
        if (outputs.Count == 0 || outputs[^1] != output)
            outputs.Add(output);
    }

    /// <summary>Notes a kink whose pieces are not known.</summary>
    public void AddUntold() => IsUntold = true;

    /// <summary>Adds an interval.</summary>
    public void AddInterval(int operation, int node, int element, double below, double above)
    {
        HasNotFinite |= !double.IsFinite(below) || !double.IsFinite(above);
        BendsUp |= above > below;
        BendsDown |= above < below;
        intervals.Add((operation, node, element));
        sides.Add((below, above));
        low.Add(Math.Min(below, above));
        high.Add(Math.Max(below, above));
    }

    /// <summary>Adds what a kink with two slopes passes back of a cotangent that is known, or known by bounds.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="node">The input.</param>
    /// <param name="element">Its element.</param>
    /// <param name="cotangent">The cotangent, or its lower bound.</param>
    /// <param name="greatest">The cotangent, or its upper bound.</param>
    /// <param name="slopeBelow">The slope where the element decreases.</param>
    /// <param name="slopeAbove">The slope where it increases.</param>
    public void AddSlopes(int operation, int node, int element, double cotangent, double greatest, double slopeBelow, double slopeAbove)
    {
        if (!(greatest > cotangent))
        {
            AddInterval(operation, node, element, cotangent * slopeBelow, cotangent * slopeAbove);
            return;
        }

        double a = Times(cotangent, slopeBelow), b = Times(cotangent, slopeAbove), c = Times(greatest, slopeBelow), d = Times(greatest, slopeAbove);
        AddRange(operation, node, element, Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
    }

    /// <summary>Adds an interval of which it is unknown where it bends the value.</summary>
    public void AddRange(int operation, int node, int element, double least, double greatest)
    {
        AddInterval(operation, node, element, least, greatest);
        BendsUnknown = true;
    }

    /// <summary>The ranges of the coordinates that were added after a number of intervals and blocks, before <see cref="Close"/>.</summary>
    public IEnumerable<(int Node, int Element, double Low, double High)> RangesAfter((int Intervals, int Blocks) added)
    {
        for (int i = added.Intervals; i < intervals.Count; i++)
            yield return (intervals[i].Node, intervals[i].Element, low[i], high[i]);
        for (int b = added.Blocks; b < blocks.Count; b++)
        {
            (double least, double greatest) = blocks[b].Kind switch
            {
                PiecesKind.Simplex => (Math.Min(0, blocks[b].Numbers[0]), Math.Max(0, blocks[b].Numbers[0])),
                PiecesKind.Ball => (-blocks[b].Numbers[0], blocks[b].Numbers[0]),
                _ => (blocks[b].Numbers[^1], blocks[b].Numbers[0]),
            };
            for (int i = blocks[b].Start; i < blocks[b].Start + blocks[b].Count; i++)
            {
                if (others[i].Node >= 0)
                    yield return (others[i].Node, others[i].Element, least, greatest);
            }
        }
    }

    /// <summary>Adds another set.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="kind">The shape of the set.</param>
    /// <param name="places">Its places; a node of −1 is a constant.</param>
    /// <param name="numbers">The factor, the radius, or the numbers.</param>
    /// <param name="bend">1 if it bends the value upwards, −1 if downwards, 0 if not at all; null if unknown.</param>
    public void AddBlock(int operation, PiecesKind kind, (int Node, int Element)[] places, double[] numbers, int? bend)
    {
        HasNotFinite |= !Array.TrueForAll(numbers, double.IsFinite);
        BendsUp |= bend > 0;
        BendsDown |= bend < 0;
        BendsUnknown |= bend is null;
        double[] descending = [.. numbers];
        Array.Sort(descending, (a, b) => b.CompareTo(a));
        blocks.Add(new SelectionBlock(operation, kind, others.Count, places.Length, descending, bend));
        foreach ((int node, int element) in places)
            others.Add((operation, node, element));
    }

    /// <summary>A product in which 0 absorbs.</summary>
    public static double Times(double x, double y) => x == 0 || y == 0 ? 0 : x * y;

    /// <summary>Moves the coordinates of the blocks after those of the intervals, once all are known.</summary>
    public void Close()
    {
        for (int i = 0; i < blocks.Count; i++)
            blocks[i] = blocks[i] with { Start = blocks[i].Start + intervals.Count };
    }
}
