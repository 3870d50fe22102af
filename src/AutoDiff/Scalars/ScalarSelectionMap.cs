
namespace ConservativeAD.Scalars;

/// <summary>Backpropagation through a scalar tape as a function of what the operations at kinks pass back.</summary>
internal sealed class ScalarSelectionMap : SelectionMap
{
    // A bound is this much wider than computed, so that rounding does not narrow it.
    private const double Widening = 1e-12;

    private readonly ScalarTape tape;
    private readonly int[] nodes;

    private ScalarSelectionMap(ScalarTape tape, SelectionPieces pieces, double[] held)
        : base(pieces, held)
    {
        this.tape = tape;
        nodes = [.. Enumerable.Range(0, pieces.Count).Select(i => Math.Max(0, pieces.PlaceOf(i).Node))];
    }

    /// <summary>Makes the map of an output; the slopes at its kinks become 0 on the tape.</summary>
    /// <param name="tape">The tape, of a run without directions.</param>
    /// <param name="output">The output.</param>
    /// <param name="reason">Why there is no map; empty if there is.</param>
    public static SelectionMap? Of(ScalarTape tape, Active output, out string reason)
    {
        bool[] isReached = tape.NodesBelow([output.Node]);
        List<ScalarKink> kinks = [.. tape.Kinks.Where(kink => !kink.IsComparison && isReached[kink.Node])];
        if (kinks.Find(kink => kink.IsCurved || kink.Alternatives.Count != 2) is { } untold)
        {
            reason = Untold(untold);
            return null;
        }

        foreach (ScalarKink kink in kinks)
            tape.Exchange(kink.Node, (0, 0));
        List<int> arguments = [];
        foreach (ScalarKink kink in kinks)
            arguments.AddRange(tape.InputsOf(kink.Node));
        bool[] isBelow = tape.NodesBelow(arguments);
        double[] held = tape.Gradient(output);
        bool isRelaxed = kinks.Exists(kink => isBelow[kink.Node]);
        SelectionPieces pieces = new() { IsRelaxed = isRelaxed };
        reason = isRelaxed ? AddRelaxed(tape, pieces, kinks, output.Node) : AddExact(tape, pieces, kinks);
        if (reason.Length > 0)
            return null;
        pieces.Close();
        ScalarSelectionMap map = new(tape, pieces, held);
        return isRelaxed ? map : MergedSelectionMap.Of(map, (node, _) => tape.RootOf(node));
    }

    // Returns why pieces cannot be added; empty if they are.
    private static string AddExact(ScalarTape tape, SelectionPieces pieces, List<ScalarKink> kinks) =>
        kinks.Find(kink => !Add(pieces, kink, tape.InputsOf(kink.Node), tape.CotangentOf(kink.Node), tape.CotangentOf(kink.Node))) is { } refused
            ? Untold(refused)
            : "";

    private static string Untold(ScalarKink kink) => $"{kink.Operation.Name} (node {kink.Node}) does not tell its pieces";

    // Where kinks lie downstream of others, bounds of the cotangents of the latter take the place of cotangents, and what all of them pass back varies freely.
    private static string AddRelaxed(ScalarTape tape, SelectionPieces pieces, List<ScalarKink> kinks, int output)
    {
        double[] low = new double[output + 1], high = new double[output + 1];
        ILookup<int, ScalarKink> at = kinks.ToLookup(kink => kink.Node);
        for (int node = output; node > 0; node--)
        {
            // What comes from no kink is known exactly.
            double exact = tape.CotangentOf(node);
            foreach (ScalarKink kink in at[node])
            {
                (int, int) before = pieces.Added;
                if (!Add(pieces, kink, tape.InputsOf(node), exact + low[node], exact + high[node]))
                    return Untold(kink);
                foreach ((int place, _, double least, double greatest) in pieces.RangesAfter(before))
                {
                    low[place] += least;
                    high[place] += greatest;
                }
            }

            if (low[node] == 0 && high[node] == 0)
                continue;
            foreach ((int input, double slope) in tape.SlopesOf(node))
            {
                double a = SelectionPieces.Times(slope, low[node]), b = SelectionPieces.Times(slope, high[node]);
                double wider = Widening * Math.Max(Math.Abs(a), Math.Abs(b));
                if (slope != 0 && ((low[node] != 0 && !double.IsNormal(a)) || (high[node] != 0 && !double.IsNormal(b))))
                    return $"the bounds of a cotangent between two kinks (node {node}) leave the range of the number type";
                low[input] += Math.Min(a, b) - wider;
                high[input] += Math.Max(a, b) + wider;
            }
        }

        return "";
    }

    private protected override double[] PullCore(double[] w)
    {
        double[] gradient = new double[tape.Variables.Count];
        tape.PullFrom(nodes, w, gradient);
        return gradient;
    }

    private protected override double[] PushCore(double[] v)
    {
        double[] u = new double[nodes.Length];
        tape.PushTo(v, nodes, u);
        return u;
    }

    // The first alternative is the side where the form is positive.
    private static bool Add(SelectionPieces pieces, ScalarKink kink, int[] inputs, double cotangent, double greatest)
    {
        ((double first, double second), (double otherFirst, double otherSecond)) = (kink.Alternatives[0], kink.Alternatives[1]);
        pieces.Cut(kink.Node, 0);
        if (inputs.Length < 2 || second == otherSecond || first == otherFirst || inputs[0] == 0 || inputs[1] == 0)
        {
            bool isOfFirst = inputs.Length < 2 || inputs[1] == 0 || (inputs[0] != 0 && second == otherSecond);
            if (inputs.Length == 2 && inputs[0] != 0 && inputs[1] != 0 && (isOfFirst ? second : first) != 0)
                return false;
            if (inputs[isOfFirst ? 0 : 1] == 0)
                return true;
            (double above, double below) = isOfFirst ? (first, otherFirst) : (otherSecond, second);
            pieces.AddSlopes(kink.Node, inputs[isOfFirst ? 0 : 1], 0, cotangent, greatest, below, above);
            return true;
        }

        bool isLargest = (first, second, otherFirst, otherSecond) == (1, 0, 0, 1), isSmallest = (first, second, otherFirst, otherSecond) == (0, 1, 1, 0);
        if (!isLargest && !isSmallest)
            return false;
        if (greatest > cotangent)
        {
            foreach (int input in inputs)
                pieces.AddRange(kink.Node, input, 0, Math.Min(0, cotangent), Math.Max(0, greatest));
            return true;
        }

        pieces.AddBlock(kink.Node, PiecesKind.Simplex, [(inputs[0], 0), (inputs[1], 0)], [cotangent], Math.Sign(cotangent) * (isLargest ? 1 : -1));
        return true;
    }
}
