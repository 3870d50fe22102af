using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>
/// The record of a program on single numbers (<see cref="Active"/>): two partial derivatives per operation, in flat unmanaged memory. The formulas come from
/// the library's elementwise rules, so numbers and arrays share every operation, selection and kink.
/// </summary>
/// <remarks>
/// An operation is recorded on the tape of its arguments. Several tapes may be alive, even one within the recording of another. A tape belongs to the thread
/// that last called one of its methods: operations of other threads on its numbers throw, and <see cref="TakeOver"/> hands it over. It lives as long as the
/// program holds a reference to it; its numbers alone do not keep it alive. Branches are the program's own: comparisons of equal numbers are noted as kinks,
/// and the tangents decide them if the numbers have any.
/// </remarks>
public sealed unsafe partial class ScalarTape : IDisposable
{
    private const int FirstCapacity = 1024;

    /// <summary>The recording thread is checked after at most this many operations.</summary>
    internal const int OperationsBetweenChecks = 64;

    private ScalarRecord* record;
    private readonly int columns;
    private readonly bool isCareful;
    private bool omitsKinks;
    private readonly List<ScalarKink> kinks = [];
    private readonly List<int> variables = [];
    private readonly List<double>? keptValues;
    private ushort* operations;
    private double* tangents;
    private double* adjoints;
    private int adjointCapacity;

    // So many adjoints from the first on are known to be 0.
    private int clearedAdjoints;
    private int capacity;
    private bool isDisposed;
    private bool isRetired;

    /// <summary>Creates an empty tape.</summary>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <param name="directions">The number of tangents that every number carries; 0 for none. With tangents, kinks and comparisons of equal numbers are decided
    /// by the first tangents that differ.</param>
    public ScalarTape(Selections? selections = null, int directions = 0)
        : this(selections, directions, directions > 0, false, false, false, false)
    {
    }

    private ScalarTape(Selections? selections, int directions, bool isCareful, bool keepsValues, bool writesModuli, bool isOfSecondOrder,
        bool isTwice, NestedRecord? nested = null, List<SeriesLane>? series = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(directions);
        Selections = selections ?? Selections.PyTorch;
        columns = directions;
        this.isCareful = isCareful;
        this.isTwice = isTwice;
        keptValues = keepsValues ? [0] : null;
        moduli = writesModuli ? [] : null;
        slopeTangents = isOfSecondOrder ? [(0, 0)] : null;
        this.nested = nested;
        this.series = series;
        record = ScalarTapeSlots.Rent(this);
        record->LeavesOutZeros = false;
        Grow(FirstCapacity);
        Clear();
    }

    /// <summary>
    /// Frees the memory of a tape that was not disposed. First its numbers become invalid; the memory is freed one garbage collection later, when no operation
    /// that started earlier can still be running.
    /// </summary>
    ~ScalarTape()
    {
        if (record == null)
            return;
        if (isRetired)
        {
            Free();
            return;
        }

        isRetired = true;
        ScalarTapeSlots.Retire(record);
        GC.ReRegisterForFinalize(this);
    }

    /// <summary>The values to return at kinks.</summary>
    public Selections Selections { get; }

    /// <summary>
    /// Whether products of a number by a constant 0 are constants, and so is what is computed of such products alone; false unless set. A program that begins
    /// with zeros, or multiplies by units that are switched off, is then recorded in less time and memory. Its gradients are the same, except that an infinite
    /// slope behind such a product is left out with it, where it makes NaN otherwise; sparse Jacobians lack the entries that are 0 because of it. A factor that
    /// is not finite is no constant. Tapes with tangents record all products.
    /// </summary>
    public bool LeavesOutZeros
    {
        get => record->LeavesOutZeros;
        init => record->LeavesOutZeros = value;
    }

    /// <summary>The number of tangents that every number carries.</summary>
    public int Directions => columns;

    /// <summary>The number of recorded operations, including variables.</summary>
    public int Count => record->Count - 1;

    /// <summary>Whether the tape was disposed.</summary>
    internal bool IsDisposed => isDisposed;

    /// <summary>Whether active numbers were compared since the last reset; only tapes for analysis record this.</summary>
    internal bool Compares { get; private set; }

    internal IReadOnlyList<ScalarKink> Kinks => kinks;

    internal IReadOnlyList<int> Variables => variables;

    /// <summary>Creates a tape that also notes the operations and comparisons it meets and, if requested, their values.</summary>
    internal static ScalarTape ForAnalysis(Selections? selections, int directions, bool keepsValues) =>
        new(selections, directions, true, keepsValues, false, false, false);

    /// <summary>Creates a tape that notes no kinks, for gradients with its own selections alone.</summary>
    internal static ScalarTape ForGradients(Selections? selections) => new(selections, 0, false, false, false, false, false) { omitsKinks = true };

    /// <summary>Creates an independent variable.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="tangent">Its tangents, one per direction; zeros if empty.</param>
    /// <exception cref="ArgumentException">The number of tangents differs from the number of directions.</exception>
    public Active Variable(double value, ReadOnlySpan<double> tangent = default)
    {
        TakeOver();
        if (tangent.Length != 0 && tangent.Length != columns)
            throw new ArgumentException($"{tangent.Length} tangents were given to a tape of {columns} directions.", nameof(tangent));
        variables.Add(record->Count);
        Active variable = Append(value, 0, 0, 0, 0, 0);
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

    /// <summary>The recorded operations and comparisons at a kink.</summary>
    public KinkCensus Census() => new([.. kinks.Select(kink => new OperationKinks(kink.Node, kink.Operation, Shape.Scalar, 1, [0]))]);

    /// <summary>Forgets the record. Active numbers recorded so far can no longer be used.</summary>
    public void Reset()
    {
        TakeOver();
        Clear();
    }

    /// <summary>
    /// Transfers the tape to the calling thread, which may then record on its numbers. Every method of the tape does this. The previous thread must have
    /// finished its operations.
    /// </summary>
    public void TakeOver()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (record->Owner != Environment.CurrentManagedThreadId)
            record = ScalarTapeSlots.TakeOver(record);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isDisposed)
            return;
        ScalarTapeSlots.Retire(record);
        Free();
        GC.SuppressFinalize(this);
    }

    // Rare cases share one call at the end so that the common path needs no stack frame: constants, numbers of other tapes, kinks, growth.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active Record<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarRecord* record = ScalarTapeSlots.Guess;
        if (x.Handle == 0)
            return new Active(rule.Value(new ScalarLane<double>(x.Number)).Value);
        ScalarLane<double> argument = new(x.Number), value = rule.Value(argument);
        double slope = rule.Slope(argument, value).Value;
        int node = record->Count;
        ulong place = record->PlaceOf(x.Handle);
        if (place >> ScalarTapeSlots.PlaceBits != 0 || node >= record->FreeNodes || TRule.Kink(rule, argument).Value != 0 || !double.IsFinite(slope))
            return RecordRare(rule, x);
        return record->Append(node, value.Value, slope, (int)place, 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Active Record<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (x.IsConstant || y.IsConstant)
            return RecordWithConstant(rule, x, y);
        ScalarRecord* record = ScalarTapeSlots.Guess;
        ScalarLane<double> first = new(x.Number), second = new(y.Number);
        int node = record->Count;
        ulong placeOfX = record->PlaceOf(x.Handle), placeOfY = record->PlaceOf(y.Handle);
        if ((placeOfX | placeOfY) >> ScalarTapeSlots.PlaceBits != 0 || node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return RecordRare(rule, x, y);
        return record->Append(node, rule.Value(first, second).Value, rule.SlopeOfFirst(first, second).Value, (int)placeOfX,
            rule.SlopeOfSecond(first, second).Value, (int)placeOfY);
    }

    /// <summary>Whether the order of two numbers depends on the values alone, and no tape needs to know that they were compared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPlainOrder(Active x, Active y) => x.Number != y.Number && IsPlain(x, y);

    /// <summary>Whether no tape of two numbers needs to know that they were compared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsPlain(Active x, Active y) => (long)(x.Handle | y.Handle) >= 0;

    /// <summary>Whether the number's tape notes every operation.</summary>
    internal static bool IsCareful(Active x) => (x.Handle & ScalarTapeSlots.Careful) != 0;

    /// <summary>The order of two numbers of equal value: by their tangents in Clarke mode, otherwise 0. It is also 0 if the tangents tie.</summary>
    internal static int CompareEqual(Active x, Active y)
    {
        (x, y) = (Ground(x), Ground(y));
        if (x.Handle != y.Handle)
            return Holding(x, y).Tie(x, y);

        // A number equals itself throughout its domain.
        if (!x.IsConstant)
            Looks(x);
        return 0;
    }

    /// <summary>Notes a comparison of two numbers of different value, if the tape notes comparisons; always true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Differ(Active x, Active y)
    {
        if (((x.Handle | y.Handle) & ScalarTapeSlots.Careful) != 0)
            NoteDifferent(Ground(x), Ground(y));
        return true;
    }

    private static void NoteDifferent(Active x, Active y)
    {
        if (x.IsConstant && y.IsConstant)
            return;
        ScalarTape tape = Holding(x, y);
        tape.Trace?.NoteOrder(x, y);
        tape.NoteCompared(x, y, RelativeGap.Of(x.Number, y.Number));
    }

    // Whether a number belongs to this tape.
    internal bool Holds(Active x) => record->Holds(x.Handle);

    internal ReadOnlySpan<double> TangentOf(Active x) => TangentRow(x.Node);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordWithConstant<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarRecord* record = ScalarTapeSlots.Guess;
        ScalarLane<double> first = new(x.Number), second = new(y.Number);
        int node = record->Count;
        if ((x.Handle | y.Handle) == 0)
            return new Active(rule.Value(first, second).Value);
        ulong place = record->PlaceOf(x.Handle | y.Handle);
        if (place >> ScalarTapeSlots.PlaceBits != 0 || node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return RecordRare(rule, x, y);
        ScalarLane<double> value = rule.Value(first, second);
        return x.IsConstant
            ? record->Append(node, value.Value, rule.SlopeOfSecond(first, second).Value, (int)place, 0, node)
            : record->Append(node, value.Value, rule.SlopeOfFirst(first, second).Value, (int)place, 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordRare<TRule>(TRule rule, Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        double value = rule.Value(new ScalarLane<double>(x.Number)).Value;
        ScalarRecord* twice = ScalarTapeSlots.Twice;
        return twice != null && twice->PlaceOf(x.Handle) >> ScalarTapeSlots.PlaceBits == 0 && twice->Count < twice->FreeTwice
            ? RecordTwice(twice, rule, x, value)
            : RecordValued(rule, x, value, true);
    }

    /// <summary>Records an operation with a given value, computed by .NET's own function where the rule's formula may round differently.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The argument.</param>
    /// <param name="given">The value.</param>
    /// <param name="isOwn">Whether the rule's formula gave the value.</param>
    internal static Active RecordValued<TRule>(TRule rule, Active x, double given, bool isOwn = false)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarLane<double> argument = new(x.Number), value = new(given);
        if (x.IsConstant)
            return new Active(given);
        ScalarRecord* record = ScalarTapeSlots.Named(x.Handle);
        int node = record->Count;
        if (node < record->FreeTwice)
            return RecordTwice(record, rule, x, given);
        double slope = rule.Slope(argument, value).Value;
        if (node >= record->FreeNodes || TRule.Kink(rule, argument).Value != 0 || !double.IsFinite(slope))
            return ScalarTapeSlots.TapeOf(record).RecordWithCare(rule, x, value, isOwn);
        return record->Append(node, value.Value, slope, (int)record->PlaceOf(x.Handle), 0, node);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Active RecordRare<TRule>(TRule rule, Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        double value = rule.Value(new ScalarLane<double>(x.Number), new ScalarLane<double>(y.Number)).Value;
        ScalarRecord* twice = ScalarTapeSlots.Twice;
        if (twice == null || twice->Count >= twice->FreeTwice || (x.Handle | y.Handle) == 0)
            return RecordValued(rule, x, y, value, true);
        ulong placeOfX = x.Handle == 0 ? 0 : twice->PlaceOf(x.Handle), placeOfY = y.Handle == 0 ? 0 : twice->PlaceOf(y.Handle);
        return (placeOfX | placeOfY) >> ScalarTapeSlots.PlaceBits == 0 ? RecordTwice(twice, rule, x, y, value) : RecordValued(rule, x, y, value, true);
    }

    /// <summary>Records an operation of two arguments with a given value, computed by .NET's own function.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="given">The value.</param>
    /// <param name="isOwn">Whether the rule's formula gave the value.</param>
    internal static Active RecordValued<TRule>(TRule rule, Active x, Active y, double given, bool isOwn = false)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarLane<double> first = new(x.Number), second = new(y.Number), value = new(given);
        if (x.IsConstant && y.IsConstant)
            return new Active(given);
        ScalarRecord* record = ScalarTapeSlots.Named(x.Handle, y.Handle);
        int node = record->Count;
        if (node < record->FreeTwice)
            return RecordTwice(record, rule, x, y, given);
        if (record->FreeNodes != 0 && IsShift<TRule>(x, y))
            return new Active(given, x.Handle | y.Handle);
        if (record->FreeNodes != 0 && IsConstant<TRule>(record, x, y, given))
            return new Active(given);
        if (node >= record->FreeNodes || TRule.Kink(rule, first, second).Value != 0)
            return ScalarTapeSlots.TapeOf(record).RecordWithCare(rule, x, y, value, isOwn);
        return record->Append(
            node,
            value.Value,
            rule.SlopeOfFirst(first, second).Value,
            x.IsConstant ? node : (int)record->PlaceOf(x.Handle),
            rule.SlopeOfSecond(first, second).Value,
            y.IsConstant ? node : (int)record->PlaceOf(y.Handle));
    }

    private static ScalarTape Holding(Active x) => ScalarTapeSlots.TapeOf(ScalarTapeSlots.Named(x.Handle));

    private static ScalarTape Holding(Active x, Active y) => ScalarTapeSlots.TapeOf(ScalarTapeSlots.Named(x.Handle, y.Handle));

    private Active Append(double value, double slope, int input, double otherSlope, int otherInput, ushort operation, in ScalarCurvature curvature = default)
    {
        int node = record->Count;
        if (node == capacity)
            Grow(2 * capacity);
        if (isTwice)
        {
            MakeRoomTwice();
            double sizes = Math.Abs(value) + Math.Abs(slope) + Math.Abs(otherSlope) + Math.Abs(curvature.OfFirst) + Math.Abs(curvature.OfSecond);
            record->IsInDoubt |= !(sizes < double.PositiveInfinity);
            record->Curvatures[node] = curvature;
        }
        else if (!isCareful)
            record->FreeNodes = Math.Min(capacity, node + OperationsBetweenChecks);
        if (isCareful)
        {
            operations[node] = operation;
            Trace?.Appended(node);
            if (!double.IsFinite(value) || (input != 0 && !double.IsFinite(slope)) || (otherInput != 0 && !double.IsFinite(otherSlope)))
                AddNotFinite(node, value);
        }

        return record->Append(node, value, slope, input, otherSlope, otherInput);
    }

    private Active RecordWithCare<TRule>(TRule rule, Active x, ScalarLane<double> value, bool isOwn)
        where TRule : struct, IUnaryRule<TRule>
    {
        if (nested is not null)
            return RecordNested(rule, x, value.Value);
        if (series is not null)
            return RecordSeries(rule, x, value.Value);
        if (Trace is not null)
            return RecordTraced(rule, x, value.Value, isOwn);
        if (isTwice)
            return RecordTwiceWithRoom(rule, x, value.Value);
        if (moduli is not null && !TRule.Facts.IsSmooth)
            return WrittenWithModuli<TRule>(x);
        if (switches is not null && !(TRule.Facts.IsSmooth && TRule.Facts.IsLocallyLipschitz) && TryRecordHeld(rule, x, out Active onPiece))
            return onPiece;
        ScalarLane<double> argument = new(x.Number);
        TRule selected = TRule.Select(rule, Selections);
        bool isKink = TRule.Kink(rule, argument).Value != 0 && !(TRule.Facts.IsSmooth && TRule.Facts.IsContinuous);
        double slope = selected.Slope(argument, value).Value;
        if (isKink && !omitsKinks)
            slope = SlopeAtKink(rule, selected, x, value, slope);
        if (Underflow.IsMet(rule, x.Number, SmallestNormal.Of<double>(), Underflow.SafeFactor<double>()))
            underflows.Add((record->Count, x.Number));
        AddObstacle(ObstacleNet.Of(rule, argument, SmallestNormal.Of<double>(), ObstacleNet.AtKinks(TRule.Facts)).Value, x.Number);
        if (slopeTangents is not null)
            AddSlopeTangent(selected, x);
        Active result = Append(value.Value, slope, x.Node, 0, 0, RuleNumber<TRule>.Of(rule));
        keptValues?.Add(result.Value);
        if (columns > 0)
            CarryTangents(result.Node, slope, x.Node, 0, 0);
        return result;
    }

    private Active RecordWithCare<TRule>(TRule rule, Active x, Active y, ScalarLane<double> value, bool isOwn)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (nested is not null)
            return RecordNested(rule, x, y, value.Value);
        if (series is not null)
            return RecordSeries(rule, x, y, value.Value);
        if (Trace is not null)
            return RecordTraced(rule, x, y, value.Value, isOwn);
        if (isTwice)
            return RecordTwiceWithRoom(rule, x, y, value.Value);
        if (moduli is not null && !TRule.Facts.IsSmooth)
            return WrittenWithModuli<TRule>(x, y);
        if (switches is not null && !TRule.Facts.IsSmooth && TryRecordHeld(rule, x, y, out Active onPiece))
            return onPiece;
        ScalarLane<double> first = new(x.Number), second = new(y.Number);
        TRule selected = TRule.Select(rule, Selections);
        (double First, double Second) slopes = (selected.SlopeOfFirst(first, second).Value, selected.SlopeOfSecond(first, second).Value);
        if (!omitsKinks && TRule.Kink(rule, first, second).Value != 0)
            slopes = SlopesAtKink(rule, selected, x, y, slopes);
        if (Underflow.IsMet(rule, x.Number, y.Number, SmallestNormal.Of<double>(), Underflow.SafeFactor<double>()))
            underflows.Add((record->Count, null));
        AddObstacle(ObstacleNet.Of(rule, first, second, new ObstacleNet.Moving(x.IsConstant ? 0 : 1, y.IsConstant ? 0 : 1, SmallestNormal.Of<double>()),
            ObstacleNet.AtKinks(TRule.Facts)).Value, null);
        if (slopeTangents is not null)
            AddSlopeTangents(selected, x, y);
        Active result = Append(value.Value, slopes.First, x.Node, slopes.Second, y.Node, BinaryRuleNumber<TRule>.Value);
        keptValues?.Add(result.Value);
        if (columns > 0)
            CarryTangents(result.Node, slopes.First, x.Node, slopes.Second, y.Node);
        return result;
    }

    // Notes a kink; the slope towards the tangents, or the given one without tangents. Apart from its caller, because what it keeps is allocated on entry.
    private double SlopeAtKink<TRule>(TRule rule, TRule selected, Active x, ScalarLane<double> value, double slope)
        where TRule : struct, IUnaryRule<TRule>
    {
        ScalarLane<double> argument = new(x.Number);
        double tangent = FirstNonzero(TangentOf(x));
        double Towards(double direction) => TRule.DirectionalSlope(selected, argument, value, new ScalarLane<double>(direction)).Value;
        kinks.Add(new ScalarKink(record->Count, TRule.Facts, new ScalarForm(x.Node, 1, 0, 0).Oriented(tangent), tangent != 0, false)
        {
            Alternatives = [(Towards(1), 0), (Towards(-1), 0)],
            Selected = selections => (TRule.Select(rule, selections).Slope(argument, value).Value, 0),
        });
        return columns > 0 ? Towards(tangent) : slope;
    }

    private (double First, double Second) SlopesAtKink<TRule>(TRule rule, TRule selected, Active x, Active y, (double First, double Second) slopes)
        where TRule : struct, IBinaryRule<TRule>
    {
        ScalarLane<double> first = new(x.Number), second = new(y.Number);
        (double of, double and) = TRule.SwitchingForm;
        double tangent = FirstNonzero(TangentOf(x), of, TangentOf(y), and);
        (double First, double Second) Towards(double direction)
        {
            ScalarLane<double> dx = new(of * direction), dy = new(and * direction);
            return (TRule.LockedSlopeOfFirst(selected, first, second, dx, dy).Value, TRule.LockedSlopeOfSecond(selected, first, second, dx, dy).Value);
        }

        bool isOneVariable = x.Handle == y.Handle;
        kinks.Add(new ScalarKink(record->Count, TRule.Facts, new ScalarForm(x.Node, of, y.Node, and).Oriented(tangent), tangent != 0
            || isOneVariable, false)
        {
            Alternatives = [Towards(1), Towards(-1)],
            Selected = selections =>
            {
                TRule other = TRule.Select(rule, selections);
                return (other.SlopeOfFirst(first, second).Value, other.SlopeOfSecond(first, second).Value);
            },
        });
        return columns > 0 ? Towards(tangent) : slopes;
    }

    private int Tie(Active x, Active y)
    {
        if (series is not null)
            return SeriesLane.Compare(SeriesOf(x), SeriesOf(y));
        if (omitsKinks)
            return 0;
        if (Trace is not null)
        {
            Trace.NoteOrder(x, y);
            return 0;
        }

        NoteCompared(x, y, 0);
        double tangent = FirstNonzero(TangentOf(x), 1, TangentOf(y), -1);
        if (tangent == 0)
            undecided.Add(gaps.Count - 1);
        kinks.Add(new ScalarKink(record->Count, OperationFacts.Comparison, new ScalarForm(x.Node, 1, y.Node, -1).Oriented(tangent), tangent != 0, true));
        return double.IsNaN(tangent) ? 0 : Math.Sign(tangent);
    }

    // If the slope is infinite and the argument's tangent is 0, the product is 0 and not NaN.
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
        obstacles.Clear();
        underflows.Clear();
        compared.Clear();
        gaps.Clear();
        undecided.Clear();
        variables.Clear();
        switches?.Clear();
        (held, heldFrom, HasHiddenSwitches) = ([], 0, false);
        moduli?.Clear();
        nested?.Clear();
        series?.RemoveRange(1, series.Count - 1);
        slopeTangents?.RemoveRange(1, slopeTangents.Count - 1);
        bends.Clear();
        keptValues?.RemoveRange(1, keptValues.Count - 1);

        // Node 0 collects the cotangents of constants, which are never read.
        record->Nodes[0] = default;
        if (isCareful)
            operations[0] = 0;
        if (columns > 0)
            TangentRow(0).Clear();
        record->Count = 1;
        record->FreeNodes = isCareful || isTwice ? 0 : OperationsBetweenChecks;
        record->IsInDoubt = false;
        if (isTwice)
            MakeRoomTwice();
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
        if (isTwice)
            record->Curvatures = (ScalarCurvature*)NativeMemory.Realloc(record->Curvatures, (nuint)places * (nuint)sizeof(ScalarCurvature));
        capacity = places;
        record->Capacity = places;
        record->FreeNodes = isCareful || isTwice ? 0 : Math.Min(places, record->Count + OperationsBetweenChecks);
    }

    private void Free()
    {
        if (isDisposed || record == null)
            return;
        isDisposed = true;
        NativeMemory.Free(record->Nodes);
        NativeMemory.Free(record->Curvatures);
        record->Curvatures = null;
        ScalarTapeSlots.Return(record);
        NativeMemory.Free(operations);
        NativeMemory.Free(tangents);
        NativeMemory.Free(adjoints);
        FreeRows();
        operations = null;
        tangents = null;
        adjoints = null;
    }
}
