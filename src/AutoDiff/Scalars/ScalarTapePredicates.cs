namespace ConservativeAD.Scalars;

/// <content>
/// Properties of a number's value that a program may query, other than comparisons. Queries whose answer changes next to the point are noted.
/// </content>
public sealed unsafe partial class ScalarTape
{
    /// <summary>Being an integer, or an even or odd one: true at isolated points, false next to them.</summary>
    internal static readonly OperationFacts IsWhole = Question("is a whole number", TameClass.NotTame);
    internal static readonly OperationFacts IsPowerOfTwo = Question("is a power of two", TameClass.NotTame);
    private static readonly OperationFacts IsSmall = Question("is a normal number", TameClass.SemiAlgebraic);
    private static readonly OperationFacts Digits = Question("digits looked at", TameClass.NotTame);

    /// <summary>
    /// Whether a property that holds at a number's value but not next to it counts as true. In Clarke mode it does not if the number has a nonzero tangent,
    /// because a program that is run along a direction continues next to the point. The query is noted, as undecided if the tangents do not tell.
    /// </summary>
    internal static bool Stays(Active x, OperationFacts question)
    {
        x = Ground(x);
        if (x.IsConstant)
            return true;
        ScalarTape tape = Holding(x);
        double tangent = FirstNonzero(tape.TangentOf(x));
        tape.Note(x, question, tangent);
        return tangent == 0;
    }

    /// <summary>
    /// Notes that a program asked whether a number is finite or a similar question; always true. The output counts as dependent on this number.
    /// </summary>
    internal static bool Looks(Active x)
    {
        x = Ground(x);
        if (IsCareful(x))
        {
            ScalarTape tape = Holding(x);
            tape.Trace?.NoteClass(x);
            tape.NoteCompared(x, default, double.PositiveInfinity);
        }

        return true;
    }

    /// <summary>
    /// Notes that a program read the size of a number's exponent; always true. At 0 and for subnormal numbers the answer changes arbitrarily close to the
    /// point.
    /// </summary>
    internal static bool LooksAtSize(Active x)
    {
        x = Ground(x);
        if (!x.IsConstant && Math.Abs(x.Number) <= SmallestNormal.Of<double>())
            Holding(x).Note(x, IsSmall, 0);
        return Looks(x);
    }

    /// <summary>Notes that a program read a number's digits, which change with any movement; always true.</summary>
    internal static bool LooksAtDigits(Active x)
    {
        x = Ground(x);
        if (!x.IsConstant && (IsCareful(x) || Holding(x).isTwice))
            Holding(x).Note(x, Digits, 0);
        return true;
    }

    /// <summary>
    /// Like <see cref="Stays"/>, for a step function that jumps at the number's value. It returns the sign of the number's movement, or null if the number does
    /// not move or is a constant.
    /// </summary>
    internal static int? Moves(Active x, OperationFacts question)
    {
        x = Ground(x);
        if (x.IsConstant)
            return null;
        ScalarTape tape = Holding(x);
        double tangent = FirstNonzero(tape.TangentOf(x));
        tape.Note(x, question, tangent);
        return tangent == 0 || double.IsNaN(tangent) ? null : Math.Sign(tangent);
    }

    /// <summary>Notes that the program throws arbitrarily close to the point, because bounds that are equal may cross.</summary>
    internal static void NoteEdge(Active x, Active y)
    {
        foreach (Active number in (ReadOnlySpan<Active>)[Ground(x), Ground(y)])
        {
            if (number.IsConstant)
                continue;
            ScalarTape tape = Holding(number);
            tape.obstacles.Add((number.Node, ObstacleKind.OutsideDomain, number.Value));
            tape.compared.Add(number.Node);
            return;
        }
    }

    private void Note(Active x, OperationFacts question, double tangent)
    {
        if (question != IsWhole && question != IsSmall)
            Trace?.Refuse($"a question of the program has no formula: {question.Name}");
        if (omitsKinks)
            return;
        HasHiddenSwitches = true;
        NoteCompared(x, default, 0);
        if (tangent == 0)
            undecided.Add(gaps.Count - 1);
        kinks.Add(new ScalarKink(record->Count, question, new ScalarForm(x.Node, 1, 0, 0).Oriented(tangent), tangent != 0, true));
    }

    private static OperationFacts Question(string name, TameClass tameClass) =>
        new(name, tameClass) { IsSmooth = false, OnBoundedSets = TameClass.SemiAlgebraic };
}
