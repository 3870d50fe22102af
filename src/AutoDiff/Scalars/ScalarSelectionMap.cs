
namespace ConservativeAD.Scalars;

/// <summary>Backpropagation through a scalar tape as a function of what the operations at kinks pass back.</summary>
internal sealed class ScalarSelectionMap : SelectionMap
{
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
    public static ScalarSelectionMap? Of(ScalarTape tape, Active output, out string reason)
    {
        bool[] isReached = tape.NodesBelow([output.Node]);
        List<ScalarKink> kinks = [.. tape.Kinks.Where(kink => !kink.IsComparison && isReached[kink.Node])];
        if (kinks.Find(kink => kink.IsCurved || kink.Alternatives.Count != 2) is { } untold)
        {
            reason = $"{untold.Operation.Name} (node {untold.Node}) does not tell its pieces";
            return null;
        }

        foreach (ScalarKink kink in kinks)
            tape.Exchange(kink.Node, (0, 0));
        List<int> arguments = [];
        foreach (ScalarKink kink in kinks)
            arguments.AddRange(tape.InputsOf(kink.Node));
        bool[] isBelow = tape.NodesBelow(arguments);
        if (kinks.Find(kink => isBelow[kink.Node]) is { } inner)
        {
            reason = $"{inner.Operation.Name} (node {inner.Node}) is at a kink, and so is an operation that uses its value";
            return null;
        }

        double[] held = tape.Gradient(output);
        SelectionPieces pieces = new();
        foreach (ScalarKink kink in kinks)
        {
            if (!Add(pieces, kink, tape.InputsOf(kink.Node), tape.CotangentOf(kink.Node)))
            {
                reason = $"{kink.Operation.Name} (node {kink.Node}) does not tell its pieces";
                return null;
            }
        }

        pieces.Close();
        reason = "";
        return new ScalarSelectionMap(tape, pieces, held);
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
    private static bool Add(SelectionPieces pieces, ScalarKink kink, int[] inputs, double cotangent)
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
            pieces.AddInterval(kink.Node, inputs[isOfFirst ? 0 : 1], 0, cotangent * below, cotangent * above);
            return true;
        }

        bool isLargest = (first, second, otherFirst, otherSecond) == (1, 0, 0, 1), isSmallest = (first, second, otherFirst, otherSecond) == (0, 1, 1, 0);
        if (!isLargest && !isSmallest)
            return false;
        pieces.AddBlock(kink.Node, PiecesKind.Simplex, [(inputs[0], 0), (inputs[1], 0)], [cotangent], Math.Sign(cotangent) * (isLargest ? 1 : -1));
        return true;
    }
}
