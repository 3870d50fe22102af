using System.Numerics;

namespace ConservativeAD.Scalars;

/// <summary>
/// Notes what a program on numbers computes while it runs on a tape: the instructions of its values and slopes, the operations that the reverse pass goes
/// through, and the answers that it got to its questions.
/// </summary>
/// <param name="selections">The values to return at kinks.</param>
/// <param name="inVectors">
/// Whether numbers have the values that vectors give, which may round differently, so that the program answers its questions as a vector would.
/// </param>
internal sealed class ProgramTrace(Selections selections, bool inVectors)
{
    // By the tape's nodes. Node 0 stands for constants.
    private readonly List<TracedNode> nodes = [new(-1, 0, -1, 0, -1, 0)];
    private readonly HashSet<(int Left, int Right, int Outcome)> asked = [];
    private readonly List<Guard> guards = [];
    private readonly List<int> unexplained = [];
    private TracedNode? next;

    // In vectors, the value of each instruction so far.
    private Vector<double>[] values = [];
    private int evaluated;

    /// <summary>The values to return at kinks.</summary>
    public Selections Selections => selections;

    /// <summary>The instructions.</summary>
    public InstructionList Code { get; } = new();

    /// <summary>The recorded operations.</summary>
    public IReadOnlyList<TracedNode> Nodes => nodes;

    /// <summary>The answers that the program got.</summary>
    public IReadOnlyList<Guard> Guards => guards;

    /// <summary>Why the program cannot be compiled; null if it can.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Notes that the program cannot be compiled. The first reason stands.</summary>
    /// <param name="reason">Why not.</param>
    public void Refuse(string reason) => Refusal ??= reason;

    /// <summary>Refuses the program if a value of it has no known formula.</summary>
    public void Close()
    {
        if (unexplained.Exists(Code.IsUnexplained))
            Refuse("an operation's value has no formula");
    }

    /// <summary>The instruction that computes a number of the tape, or a constant.</summary>
    /// <param name="x">The number.</param>
    public int PlaceOf(Active x) => x.IsConstant ? Code.Constant(x.Number) : nodes[x.Node].Value;

    /// <summary>Announces a variable of the program.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="value">Its value.</param>
    public void ComesVariable(int number, double value)
    {
        Announce(Code.Input(number), 0, -1, 0, -1);
        if (!inVectors)
            return;
        MakeRoom();
        values[evaluated++] = Vector.Create(value);
    }

    /// <summary>The value of an instruction that was just added.</summary>
    /// <param name="place">The instruction.</param>
    /// <param name="ofNumber">Its value outside of vectors.</param>
    public double ValueOf(int place, double ofNumber)
    {
        if (!inVectors)
            return ofNumber;
        MakeRoom();
        for (; evaluated < Code.Count; evaluated++)
        {
            values[evaluated] = Code.IsConstant(evaluated) ? Vector.Create(Code[evaluated].Constant)
                : Code.IsUnexplained(evaluated) ? Vector.Create(double.NaN) : VectorFunctions.Evaluate(Code[evaluated], values);
        }

        return values[place][0];
    }

    /// <summary>Announces the operation that the tape is about to append.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="slopeOfFirst">The slope with respect to it.</param>
    /// <param name="y">The second argument; a constant if there is none.</param>
    /// <param name="slopeOfSecond">The slope with respect to it.</param>
    public void Comes(int value, Active x, int slopeOfFirst, Active y, int slopeOfSecond) =>
        Announce(value, CellOf(x), slopeOfFirst, CellOf(y), slopeOfSecond);

    /// <summary>Announces a number that stands for another one, with another value and the same derivative.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="x">The other number.</param>
    public void ComesReplacement(int value, Active x) => next = new TracedNode(value, 0, -1, 0, -1, CellOf(x));

    /// <summary>A value whose function is told after its operation was recorded.</summary>
    public int AddUnexplained()
    {
        int place = Code.AddUnexplained();
        unexplained.Add(place);
        return place;
    }

    /// <summary>Tells the function of an operation's value.</summary>
    public void Explain(Active result, PlainFunction function, Active first, Active second, Active third)
    {
        int place = PlaceOf(result);
        if (!Code.IsUnexplained(place))
        {
            Refuse("an operation's value has no formula");
            return;
        }

        Code.Explain(place, function, PlaceOf(first), PlaceOf(second), PlaceOf(third));

        // What was computed from it before it was known is computed again. A constant argument may stand behind it.
        if (inVectors)
        {
            MakeRoom();
            for (int behind = place; behind < Code.Count; behind++)
            {
                if (Code.IsConstant(behind))
                    values[behind] = Vector.Create(Code[behind].Constant);
            }

            evaluated = Math.Min(evaluated, place);
        }
    }

    /// <summary>Notes that the tape appended a node.</summary>
    /// <param name="node">The node.</param>
    public void Appended(int node)
    {
        if (next is not { } announced || node != nodes.Count)
        {
            Refuse("it has an operation that only the tape computes");
            announced = new TracedNode(Code.Constant(double.NaN), 0, -1, 0, -1, 0);
        }

        nodes.Add(announced);
        next = null;
    }

    /// <summary>Notes how two numbers compare, and returns −1 or 1; null if they are equal or one is NaN.</summary>
    public int? NoteOrder(Active x, Active y)
    {
        int order = Scalars.Guards.OrderOf(x.Number, y.Number);
        Note(PlaceOf(x), PlaceOf(y), order);
        return order is Scalars.Guards.Less or Scalars.Guards.Greater ? order : null;
    }

    /// <summary>
    /// Notes which of two numbers is the larger, where an ordinary tape takes one of the two for their maximum: null if they are equal or their sum is NaN.
    /// </summary>
    public int? NoteChoice(Active x, Active y)
    {
        int? order = NoteOrder(x, y);
        if (order is null)
            return null;
        int sum = Code.Add(Opcode.Add, PlaceOf(x), PlaceOf(y));
        double total = x.Number + y.Number;
        Note(sum, sum, Scalars.Guards.OrderOf(total, total));
        return double.IsNaN(total) ? null : order;
    }

    /// <summary>Notes the kind of a number.</summary>
    /// <param name="x">The number.</param>
    public void NoteClass(Active x) => Note(PlaceOf(x), -1, Scalars.Guards.KindOf(x.Number));

    private void MakeRoom()
    {
        if (values.Length < Code.Count)
            Array.Resize(ref values, 2 * Code.Count);
    }

    private void Note(int left, int right, int outcome)
    {
        bool isKnown = Code.IsConstant(left) && (right < 0 || Code.IsConstant(right));
        if (!isKnown && asked.Add((left, right, outcome)))
            guards.Add(new Guard(left, right, outcome, Code.Count));
    }

    private void Announce(int value, int first, int slopeOfFirst, int second, int slopeOfSecond) =>
        next = new TracedNode(value, first, slopeOfFirst, second, slopeOfSecond, nodes.Count);

    // The node that collects a number's cotangent.
    private int CellOf(Active x) => x.IsConstant ? 0 : nodes[x.Node].Cell;
}
