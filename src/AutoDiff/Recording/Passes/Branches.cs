using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// Records the comparisons in the program's own code: their results, which of them compared equal numbers, and the numbers that the program's path depends on.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record that holds the compared values.</param>
/// <param name="tangents">The tangents that decide between equal numbers.</param>
internal sealed class Branches<T>(TapeRecord<T> record, Tangents<T> tangents)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(int Node, int X, int Y, T Constant, int Order, bool IsUnordered)> taken = [];
    private readonly List<SwitchingForm> ties = [];
    private readonly List<double> gaps = [];
    private readonly List<int> undecided = [];
    private readonly List<(int X, int Y)> masks = [];

    /// <summary>The comparisons of equal numbers, as linear forms of their tangents.</summary>
    public IReadOnlyList<SwitchingForm> Ties => ties;

    /// <summary>The gap between the numbers of each comparison, in program order.</summary>
    public IReadOnlyList<double> Gaps => gaps;

    /// <summary>The comparisons of equal numbers that the tangents could not tell apart.</summary>
    public IReadOnlyList<int> Undecided => undecided;

    /// <summary>Masks that compare two values element by element. At ties it is unknown which side a nearby point is on.</summary>
    public IReadOnlyList<(int X, int Y)> Masks => masks;

    /// <summary>Whether numbers that need gradients were compared.</summary>
    public bool Compares { get; set; }

    /// <summary>The number of comparisons.</summary>
    public int Count => taken.Count;

    /// <summary>The two nodes of a comparison; the second is −1 if there is none.</summary>
    public (int X, int Y) NodesOf(int branch) => (taken[branch].X, taken[branch].Y);

    /// <summary>The node that was recorded next after a comparison.</summary>
    public int NodeOf(int branch) => taken[branch].Node;

    /// <summary>The values that depend on variables and that a comparison found equal to another number.</summary>
    public IEnumerable<int> TiedNodes => ties
        .SelectMany(tie => (int[])[tie.First.Node, tie.Second?.Node ?? tie.First.Node])
        .Where(record.NeedsGradient);

    /// <summary>
    /// Compares two values of one element. If they are equal, the tangents decide where the tape carries any, and the tie is noted for the census.
    /// </summary>
    public int Compare(Var<T> x, Var<T> y)
    {
        T left = OnlyElement(x), right = OnlyElement(y);
        bool needs = record.NeedsGradient(x.Node) || record.NeedsGradient(y.Node);
        Note(x.Node, y.Node, left, right, needs);
        if (left != right)
            return left.CompareTo(right);
        return x.Node == y.Node || !needs ? 0 : Decide(x.Node, y.Node);
    }

    /// <summary>Compares a value with a number that is not recorded, like <see cref="Compare(Var{T}, Var{T})"/>.</summary>
    public int Compare(Var<T> x, T y)
    {
        T left = OnlyElement(x);
        bool needs = record.NeedsGradient(x.Node);
        Note(x.Node, -1, left, y, needs);
        if (left != y)
            return left.CompareTo(y);
        return needs ? Decide(x.Node, -1) : 0;
    }

    /// <summary>Notes a mask.</summary>
    public void NoteMask(int x, int y)
    {
        if (record.NeedsGradient(x) || record.NeedsGradient(y))
            masks.Add((x, y));
    }

    /// <summary>Whether a comparison still has the recorded result.</summary>
    public bool StillHolds(int branch)
    {
        (_, int x, int y, T constant, int order, bool isUnordered) = taken[branch];
        T left = record.Value(x).GetScalar(), right = y < 0 ? constant : record.Value(y).GetScalar();
        return left.CompareTo(right) == order && (T.IsNaN(left) || T.IsNaN(right)) == isUnordered;
    }

    /// <summary>Forgets everything, together with the record.</summary>
    public void Reset()
    {
        taken.Clear();
        ties.Clear();
        gaps.Clear();
        undecided.Clear();
        masks.Clear();
        Compares = false;
    }

    private void Note(int x, int y, T left, T right, bool needs)
    {
        taken.Add((record.Count, x, y, right, left.CompareTo(right), T.IsNaN(left) || T.IsNaN(right)));
        Compares |= needs;
        gaps.Add(RelativeGap.Of(double.CreateTruncating(left), double.CreateTruncating(right)));
    }

    private int Decide(int x, int y)
    {
        T difference = !tangents.Any ? T.Zero
            : y < 0 ? tangents.OrZeros(x).GetScalar()
            : tangents.OrZeros(x).GetScalar() - tangents.OrZeros(y).GetScalar();
        int sign = T.IsNaN(difference) ? 0 : T.Sign(difference), side = sign < 0 ? -1 : 1;
        if (sign == 0)
            undecided.Add(gaps.Count - 1);
        ties.Add(new SwitchingForm(record.Count, OperationFacts.Comparison, (x, 0), side, y < 0 ? null : (y, 0), y < 0
            ? 0
            : -side)
        { IsDecided = sign != 0, IsComparison = true });
        return sign;
    }

    private static T OnlyElement(Var<T> x) => x.Shape.Count == 1
        ? x.Peek()
        : throw new InvalidOperationException(
            $"A value of shape {x.Shape} was compared; a branch needs one number. Compare a reduction (Sum, Max), or choose element by element with "
                + $"ChooseWhereGreater, Maximum or Minimum.");
}
