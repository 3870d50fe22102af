using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>
/// The record of a program on single numbers (<see cref="Active"/>): two partial derivatives an operation, in flat unmanaged memory. Elementwise rules of the library give the
/// formulas, so that numbers and arrays share every operation, selection and kink.
/// </summary>
/// <remarks>
/// An operation is recorded on the tape of its arguments; several tapes may be alive, one within another's recording too. One thread at a time may record on a tape. Branches are the program's own: comparisons of
/// equal numbers are noted (a kink), and resolved by tangents where the numbers have any.
/// </remarks>
public sealed unsafe partial class ScalarTape : IDisposable
{
    private const int FirstCapacity = 1024;

    // Tapes that their thread did not dispose of: they stay alive as long as it does, since numbers do not keep them.
    [ThreadStatic]
    private static List<ScalarTape>? living;

    private readonly List<ScalarTape> others = living ??= [];
    private readonly ScalarRecord* record;
    private readonly int columns;
    private readonly bool isCareful;
    private readonly List<ScalarKink> kinks = [];
    private readonly List<OperationFacts> singular = [];
    private readonly List<int> variables = [];
    private readonly List<double>? keptValues;
    private ushort* operations;
    private double* tangents;
    private double* adjoints;
    private int adjointCapacity;
    private int capacity;
    private bool isDisposed;

    /// <summary>Makes an empty tape.</summary>
    /// <param name="selections">What is returned at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <param name="directions">How many tangents every number carries; 0 for none. With tangents, kinks and comparisons of equal numbers are decided by the first tangents that differ.</param>
    public ScalarTape(Selections? selections = null, int directions = 0)
        : this(selections, directions, directions > 0, false, false, false)
    {
    }

    private ScalarTape(Selections? selections, int directions, bool isCareful, bool keepsValues, bool writesModuli, bool isOfSecondOrder)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(directions);
        Selections = selections ?? Selections.PyTorch;
        columns = directions;
        this.isCareful = isCareful;
        keptValues = keepsValues ? [0] : null;
        moduli = writesModuli ? [] : null;
        slopeTangents = isOfSecondOrder ? [(0, 0)] : null;
        record = ScalarTapeSlots.Rent(this);
        Grow(FirstCapacity);
        Clear();
        others.Add(this);
    }

    /// <summary>Frees the memory of a tape that was not disposed of.</summary>
    ~ScalarTape() => Free();

    /// <summary>What is returned at kinks.</summary>
    public Selections Selections { get; }

    /// <summary>How many tangents every number carries.</summary>
    public int Directions => columns;

    /// <summary>How many operations are recorded, variables included.</summary>
    public int Count => record->Count - 1;

    /// <summary>Whether active numbers were compared since the last reset; known to tapes for analysis.</summary>
    internal bool Compares { get; private set; }

    internal IReadOnlyList<ScalarKink> Kinks => kinks;

    internal IReadOnlyList<OperationFacts> Singular => singular;

    internal IReadOnlyList<int> Variables => variables;

    /// <summary>A tape that also notes which operations and comparisons it met, and if wanted their values.</summary>
    internal static ScalarTape ForAnalysis(Selections? selections, int directions, bool keepsValues) => new(selections, directions, true, keepsValues, false, false);

    /// <summary>An independent variable.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="tangent">Its tangents, one a direction; zeros if empty.</param>
    /// <exception cref="ArgumentException">There are more or fewer tangents than directions.</exception>
    public Active Variable(double value, ReadOnlySpan<double> tangent = default)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (tangent.Length != 0 && tangent.Length != columns)
            throw new ArgumentException($"{tangent.Length} tangents were given to a tape of {columns} directions.", nameof(tangent));
        Active variable = Append(value, 0, 0, 0, 0, 0);
        variables.Add(variable.Node);
        slopeTangents?.Add((0, 0));
        keptValues?.Add(value);
        if (columns > 0)
        {
            Span<double> row = TangentRow(variable.Node);
            row.Clear();
            tangent.CopyTo(row);
        }

        return variable;
    }

    /// <summary>Which recorded operations and comparisons sit at a kink.</summary>
    public KinkCensus Census() => new([.. kinks.Select(kink => new OperationKinks(kink.Node, kink.Operation, Shape.Scalar, 1, [0]))]);

    /// <summary>Forgets what was recorded; active numbers recorded so far can no longer be used.</summary>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isDisposed)
            return;
        others.Remove(this);
        Free();
        GC.SuppressFinalize(this);
    }

    // What is rare goes to one call at the end, so that the rest needs no frame: constants alone, numbers of other tapes, kinks, growth.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active Record<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarRecord* record = ScalarTapeSlots.Guess;
        ScalarLane<double> argument = new(x.Value), value = rule.Value(argument);
        double slope = rule.Slope(argument, value).Value;
        int node = record->Count;
        if (((x.Handle ^ record->Tag) >> ScalarTapeSlots.TagShift) != 0 || node >= record->FreeNodes || TRule.Kink(rule, argument).Value != 0 || !double.IsFinite(slope))
            return RecordRare(rule, x);
        return record->Append(node, value.Value, slope, x.Node, 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active Record<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (x.IsConstant || y.IsConstant)
            return RecordWithConstant(rule, x, y);
        ScalarRecord* record = ScalarTapeSlots.Guess;
        ScalarLane<double> first = new(x.Value), second = new(y.Value);
        int node = record->Count;
        if (((x.Handle ^ record->Tag) | (y.Handle ^ record->Tag)) >> ScalarTapeSlots.TagShift != 0 || node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return RecordRare(rule, x, y);
        return record->Append(node, rule.Value(first, second).Value, rule.SlopeOfFirst(first, second).Value, x.Node, rule.SlopeOfSecond(first, second).Value, y.Node);
    }

    /// <summary>
    /// The same within the caller, for operations without kinks whose value and slopes are an instruction each. These are handed over and not asked of the rule, since the JIT stops inlining
    /// in a method after some hundred calls.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Active Record<TRule>(TRule rule, Active x, Active y, double value, double slopeOfFirst, double slopeOfSecond)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (x.Handle == 0 || y.Handle == 0)
            return RecordWithConstant(rule, x, y);
        ScalarRecord* record = ScalarTapeSlots.Guess;
        int node = record->Count;
        if (((x.Handle ^ record->Tag) | (y.Handle ^ record->Tag)) >> ScalarTapeSlots.TagShift != 0 || node >= record->FreeNodes)
            return RecordRare(rule, x, y);
        return record->Append(node, value, slopeOfFirst, (int)x.Handle, slopeOfSecond, (int)y.Handle);
    }

    /// <summary>Whether the values alone decide how two numbers compare, and nobody wants to know that they were compared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPlainOrder(Active x, Active y) => x.Value != y.Value && ((x.Handle | y.Handle) & ScalarTapeSlots.Careful) == 0;

    /// <summary>Whether the number's tape wants to know every operation.</summary>
    internal static bool IsCareful(Active x) => (x.Handle & ScalarTapeSlots.Careful) != 0;

    /// <summary>The order of two numbers of equal value: by their tangents, in Clarke mode; 0 where these tie or there are none.</summary>
    internal static int CompareEqual(Active x, Active y)
    {
        if (x.Handle == y.Handle)
            return 0;
        return Holding(x, y).Tie(x, y);
    }

    /// <summary>Notes that two numbers of different value are compared, on a tape that wants to know; always true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Differ(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) != 0)
            Holding(x, y).Compares = true;
        return true;
    }

    internal bool Holds(Active x) => record->Holds(x.Handle);

    internal ReadOnlySpan<double> TangentOf(Active x) => TangentRow(x.Node);

    // A constant's cotangent goes where nobody reads it: to the node itself, which has passed its own on by then. All of them at one place would wait for each other.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordWithConstant<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarRecord* record = ScalarTapeSlots.Guess;
        ScalarLane<double> first = new(x.Value), second = new(y.Value);
        int node = record->Count;
        if (x.Handle == y.Handle || ((x.Handle ^ y.Handle ^ record->Tag) >> ScalarTapeSlots.TagShift) != 0 || node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return RecordRare(rule, x, y);
        ScalarLane<double> value = rule.Value(first, second);
        return x.IsConstant
            ? record->Append(node, value.Value, rule.SlopeOfSecond(first, second).Value, y.Node, 0, node)
            : record->Append(node, value.Value, rule.SlopeOfFirst(first, second).Value, x.Node, 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordRare<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarLane<double> argument = new(x.Value), value = rule.Value(argument);
        if (x.IsConstant)
            return new Active(value.Value);
        ScalarRecord* record = ScalarTapeSlots.Named(x.Handle);
        int node = record->Count;
        double slope = rule.Slope(argument, value).Value;
        if (node >= record->FreeNodes || TRule.Kink(rule, argument).Value != 0 || !double.IsFinite(slope))
            return ScalarTapeSlots.TapeOf(record).RecordWithCare(rule, x, value);
        return record->Append(node, value.Value, slope, x.Node, 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordRare<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarLane<double> first = new(x.Value), second = new(y.Value), value = rule.Value(first, second);
        if (x.IsConstant && y.IsConstant)
            return new Active(value.Value);
        ScalarRecord* record = ScalarTapeSlots.Named(x.Handle, y.Handle);
        int node = record->Count;
        if (node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return ScalarTapeSlots.TapeOf(record).RecordWithCare(rule, x, y, value);
        return record->Append(
            node,
            value.Value,
            rule.SlopeOfFirst(first, second).Value,
            x.IsConstant ? node : x.Node,
            rule.SlopeOfSecond(first, second).Value,
            y.IsConstant ? node : y.Node);
    }

    private static ScalarTape Holding(Active x) => ScalarTapeSlots.TapeOf(ScalarTapeSlots.Named(x.Handle));

    private static ScalarTape Holding(Active x, Active y) => ScalarTapeSlots.TapeOf(ScalarTapeSlots.Named(x.Handle, y.Handle));

    private Active Append(double value, double slope, int input, double otherSlope, int otherInput, ushort operation)
    {
        int node = record->Count;
        if (node == capacity)
            Grow(2 * capacity);
        if (isCareful)
            operations[node] = operation;
        return record->Append(node, value, slope, input, otherSlope, otherInput);
    }

    private Active RecordWithCare<TRule>(TRule rule, Active x, ScalarLane<double> value)
        where TRule : struct, IUnaryRule<TRule>
    {
        if (moduli is not null && !TRule.Facts.IsSmooth)
            return WrittenWithModuli<TRule>(x);
        ScalarLane<double> argument = new(x.Value);
        TRule selected = TRule.Select(rule, Selections);
        bool isKink = TRule.Kink(rule, argument).Value != 0 && !(TRule.Facts.IsSmooth && TRule.Facts.IsContinuous);
        double slope = selected.Slope(argument, value).Value;
        if (isKink)
        {
            double tangent = FirstNonzero(TangentOf(x));
            double Towards(double direction) => TRule.DirectionalSlope(selected, argument, value, new ScalarLane<double>(direction)).Value;
            if (columns > 0)
                slope = Towards(tangent);
            kinks.Add(new ScalarKink(record->Count, TRule.Facts, new ScalarForm(x.Node, 1, 0, 0).Oriented(tangent), tangent != 0, false)
            {
                Alternatives = [(Towards(1), 0), (Towards(-1), 0)],
                Selected = selections => (TRule.Select(rule, selections).Slope(argument, value).Value, 0),
            });
        }

        if (!double.IsFinite(slope))
            singular.Add(TRule.Facts);
        if (slopeTangents is not null)
            AddSlopeTangent(selected, x);
        Active result = Append(value.Value, slope, x.Node, 0, 0, RuleNumber<TRule>.Value);
        keptValues?.Add(result.Value);
        if (columns > 0)
            CarryTangents(result.Node, slope, x.Node, 0, 0);
        return result;
    }

    private Active RecordWithCare<TRule>(TRule rule, Active x, Active y, ScalarLane<double> value)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (moduli is not null && !TRule.Facts.IsSmooth)
            return WrittenWithModuli<TRule>(x, y);
        ScalarLane<double> first = new(x.Value), second = new(y.Value);
        TRule selected = TRule.Select(rule, Selections);
        (double First, double Second) slopes = (selected.SlopeOfFirst(first, second).Value, selected.SlopeOfSecond(first, second).Value);
        if (TRule.Kink(rule, first, second).Value != 0)
        {
            (double of, double and) = TRule.SwitchingForm;
            double tangent = FirstNonzero(TangentOf(x), of, TangentOf(y), and);
            (double First, double Second) Towards(double direction)
            {
                ScalarLane<double> dx = new(of * direction), dy = new(and * direction);
                return (TRule.LockedSlopeOfFirst(selected, first, second, dx, dy).Value, TRule.LockedSlopeOfSecond(selected, first, second, dx, dy).Value);
            }

            if (columns > 0)
                slopes = Towards(tangent);
            bool isOneVariable = x.Handle == y.Handle;
            kinks.Add(new ScalarKink(record->Count, TRule.Facts, new ScalarForm(x.Node, of, y.Node, and).Oriented(tangent), tangent != 0 || isOneVariable, false)
            {
                Alternatives = [Towards(1), Towards(-1)],
                Selected = selections =>
                {
                    TRule other = TRule.Select(rule, selections);
                    return (other.SlopeOfFirst(first, second).Value, other.SlopeOfSecond(first, second).Value);
                },
            });
        }

        if (!double.IsFinite(slopes.First) || !double.IsFinite(slopes.Second))
            singular.Add(TRule.Facts);
        if (slopeTangents is not null)
            AddSlopeTangents(selected, x, y);
        Active result = Append(value.Value, slopes.First, x.Node, slopes.Second, y.Node, BinaryRuleNumber<TRule>.Value);
        keptValues?.Add(result.Value);
        if (columns > 0)
            CarryTangents(result.Node, slopes.First, x.Node, slopes.Second, y.Node);
        return result;
    }

    private int Tie(Active x, Active y)
    {
        Compares = true;
        double tangent = FirstNonzero(TangentOf(x), 1, TangentOf(y), -1);
        kinks.Add(new ScalarKink(record->Count, ScalarKink.Comparison, new ScalarForm(x.Node, 1, y.Node, -1).Oriented(tangent), tangent != 0, true));
        return Math.Sign(tangent);
    }

    // Where the slope is infinite and the argument stands still, the product is 0 and not NaN.
    private void CarryTangents(int node, double slope, int input, double otherSlope, int otherInput)
    {
        Span<double> row = TangentRow(node);
        ReadOnlySpan<double> first = TangentRow(input), second = TangentRow(otherInput);
        for (int i = 0; i < row.Length; i++)
            row[i] = (first[i] == 0 ? 0 : slope * first[i]) + (second[i] == 0 ? 0 : otherSlope * second[i]);
    }

    private Span<double> TangentRow(int node) => new(tangents + ((long)node * columns), columns);

    private static double FirstNonzero(ReadOnlySpan<double> row)
    {
        foreach (double tangent in row)
        {
            if (tangent != 0)
                return tangent;
        }

        return 0;
    }

    private static double FirstNonzero(ReadOnlySpan<double> first, double of, ReadOnlySpan<double> second, double and)
    {
        for (int i = 0; i < first.Length; i++)
        {
            double combined = (of * first[i]) + (and * second[i]);
            if (combined != 0)
                return combined;
        }

        return 0;
    }

    private void Clear()
    {
        ScalarTapeSlots.Renew(record, isCareful);
        Compares = false;
        kinks.Clear();
        singular.Clear();
        variables.Clear();
        moduli?.Clear();
        slopeTangents?.RemoveRange(1, slopeTangents.Count - 1);
        bends.Clear();
        keptValues?.RemoveRange(1, keptValues.Count - 1);

        // Node 0 takes the cotangents of constants, which nobody reads.
        record->Nodes[0] = default;
        if (isCareful)
            operations[0] = 0;
        if (columns > 0)
            TangentRow(0).Clear();
        record->Count = 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int places)
    {
        if (places < capacity)
            throw new InvalidOperationException($"More than {capacity} operations were recorded on one scalar tape; divide the program with checkpoints.");
        record->Nodes = (ScalarNode*)NativeMemory.Realloc(record->Nodes, (nuint)places * (nuint)sizeof(ScalarNode));
        if (isCareful)
            operations = (ushort*)NativeMemory.Realloc(operations, (nuint)places * sizeof(ushort));
        if (columns > 0)
            tangents = (double*)NativeMemory.Realloc(tangents, (nuint)places * (nuint)columns * sizeof(double));
        capacity = places;
        record->FreeNodes = isCareful ? 0 : places;
    }

    private void Free()
    {
        if (isDisposed || record == null)
            return;
        isDisposed = true;
        NativeMemory.Free(record->Nodes);
        ScalarTapeSlots.Return(record);
        NativeMemory.Free(operations);
        NativeMemory.Free(tangents);
        NativeMemory.Free(adjoints);
        operations = null;
        tangents = null;
        adjoints = null;
    }
}
