using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <content>
/// Programs held on one of their smooth pieces. Comparisons answer, and operations with kinks go on, as on a given piece, also where the numbers have left it,
/// so that the program is smooth across its kinks and jumps. This is what locating them along a curve needs.
/// </content>
public sealed unsafe partial class ScalarTape
{
    // Values that agree to this share of their sizes are on one affine piece.
    private const double SameAffinePiece = 1e-12;

    private List<ScalarSwitch>? switches;
    private IReadOnlyList<double> held = [];
    private int heldFrom;

    /// <summary>The comparisons and operations with kinks that were met since the last reset, in program order.</summary>
    internal IReadOnlyList<ScalarSwitch> Switches => switches ?? [];

    /// <summary>Whether the program asked for something whose changes are not among the switches, such as the nearest integer.</summary>
    internal bool HasHiddenSwitches { get; private set; }

    /// <summary>Creates a tape that notes switches and holds programs on pieces.</summary>
    /// <param name="selections">The values to return at kinks that are not held.</param>
    /// <param name="isOfSecondOrder">Whether the tape has one direction, for products with Hessians.</param>
    internal static ScalarTape ForPieces(Selections? selections, bool isOfSecondOrder = false) =>
        new(selections, isOfSecondOrder ? 1 : 0, true, false, false, isOfSecondOrder, false) { switches = [] };

    /// <summary>
    /// Starts a run of a program that is held on pieces, by references in program order; those beyond the given ones are left to the program.
    /// </summary>
    /// <returns>The place of the run's first switch.</returns>
    internal int Hold(IReadOnlyList<double> references)
    {
        (held, heldFrom) = (references, switches!.Count);
        return heldFrom;
    }

    /// <summary>The order of two numbers as a tape holds or notes it; null if it is left to the numbers.</summary>
    internal static int? HeldOrder(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) == 0)
            return null;
        (x, y) = (Ground(x), Ground(y));
        if ((x.Handle | y.Handle) != 0 && Holding(x, y).Trace is { } trace)
            return trace.NoteOrder(x, y);
        if (x.Handle == y.Handle || double.IsNaN(x.Number) || double.IsNaN(y.Number))
            return null;
        ScalarTape tape = Holding(x, y);
        if (tape.switches is null)
            return null;
        int order = x.Number.CompareTo(y.Number);
        double reference = tape.NextHeld();
        // The difference of equal infinities is no number.
        double gap = order == 0 ? 0 : x.Number - y.Number;
        tape.switches.Add(new ScalarSwitch(OperationFacts.Comparison, new ScalarForm(x.Node, 1, y.Node, -1), gap, order == 0, null));
        return !double.IsNaN(reference) ? Math.Sign(reference) : order == 0 ? null : order;
    }

    /// <summary>Whether two numbers of equal value are equal, next to the point too as far as tangents tell. A tie that ends at once is no switch.</summary>
    internal static bool AreEqual(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) != 0)
        {
            (x, y) = (Ground(x), Ground(y));
            if (x.Handle != y.Handle)
                Holding(x, y).HasHiddenSwitches = true;
        }

        return CompareEqual(x, y) == 0;
    }

    private double NextHeld()
    {
        int place = switches!.Count - heldFrom;
        return place < held.Count ? held[place] : double.NaN;
    }

    // Notes an operation and, if it is held on an affine piece or one between jumps, records it there.
    private bool TryRecordHeld<TRule>(TRule rule, Active x, out Active result)
        where TRule : struct, IUnaryRule<TRule>
    {
        result = default;
        double at = x.Number, reference = NextHeld();
        TRule selected = TRule.Select(rule, Selections);
        bool isAtKink = TRule.Kink(rule, new ScalarLane<double>(at)).Value != 0;
        if ((!TRule.Facts.IsPolyhedral && TRule.Facts.IsContinuous) || TRule.Facts.IsSmooth)
        {
            if (TRule.Kink(rule, new ScalarLane<double>(0)).Value != 0)
                switches!.Add(new ScalarSwitch(TRule.Facts, new ScalarForm(x.Node, 1, 0, 0), at, isAtKink, null));
            return false;
        }

        (double Value, double Slope) Of(double argument)
        {
            ScalarLane<double> lane = new(argument), value = selected.Value(lane);
            return (value.Value, selected.Slope(lane, value).Value);
        }

        double Extended(double from, double argument)
        {
            (double value, double slope) = Of(from);
            return value + (slope == 0 ? 0 : slope * (argument - from));
        }

        bool AreOnOnePiece(double from, double argument)
        {
            if (TRule.Kink(rule, new ScalarLane<double>(argument)).Value != 0)
                argument = argument > from ? double.BitDecrement(argument) : double.BitIncrement(argument);
            (double value, double slope) = Of(argument);
            return slope == Of(from).Slope
                && Math.Abs(value - Extended(from, argument)) <= SameAffinePiece * (Math.Abs(value) + Math.Abs(slope) * (Math.Abs(argument) + Math.Abs(from)));
        }

        switches!.Add(new ScalarSwitch(TRule.Facts, new ScalarForm(x.Node, 1, 0, 0), at, isAtKink, AreOnOnePiece));
        if (double.IsNaN(reference) || double.IsNaN(at))
            return false;
        bool isOn = !isAtKink && AreOnOnePiece(reference, at);
        result = AppendHeld(isOn ? Of(at).Value : Extended(reference, at), Of(reference).Slope, x, 0, default, RuleNumber<TRule>.Of(rule));
        return true;
    }

    private bool TryRecordHeld<TRule>(TRule rule, Active x, Active y, out Active result)
        where TRule : struct, IBinaryRule<TRule>
    {
        result = default;
        (double of, double and) = TRule.SwitchingForm;
        double gap = x.Number == y.Number && of == -and ? 0 : (of * x.Number) + (and * y.Number), reference = NextHeld();
        switches!.Add(new ScalarSwitch(TRule.Facts, new ScalarForm(x.Node, of, y.Node, and), gap, gap == 0, null));
        if (double.IsNaN(reference) || double.IsNaN(gap) || !TRule.Facts.IsPolyhedral || (gap != 0 && Math.Sign(gap) == Math.Sign(reference)))
            return false;
        // A maximum or minimum is linear on either side of the tie.
        TRule selected = TRule.Select(rule, Selections);
        ScalarLane<double> tie = new(x.Number), dx = new(of * reference), dy = new(and * reference);
        double first = TRule.LockedSlopeOfFirst(selected, tie, tie, dx, dy).Value, second = TRule.LockedSlopeOfSecond(selected, tie, tie, dx, dy).Value;
        double value = (first == 0 ? 0 : first * x.Number) + (second == 0 ? 0 : second * y.Number);
        result = AppendHeld(value, first, x, second, y, BinaryRuleNumber<TRule>.Value);
        return true;
    }

    // An affine operation: its slopes do not change.
    private Active AppendHeld(double value, double first, Active x, double second, Active y, ushort operation)
    {
        slopeTangents?.Add((0, 0));
        Active result = Append(value, first, x.Node, second, y.Node, operation);
        if (columns > 0)
            CarryTangents(result.Node, first, x.Node, second, y.Node);
        return result;
    }
}
