using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// The record of a tape: one row of parallel arrays per value, and the rules in typed columns. It does not depend on any pass; passes read it and keep their
/// own data in arrays of their own.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="device">The device that the tape computes on.</param>
/// <param name="selections">The values to return at kinks, unless an operation or a reverse pass overrides them.</param>
internal sealed class TapeRecord<T>(Device device, Selections selections)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Leaf = -1;

    private readonly Dictionary<Parameter<T>, int> parameterNodes = [];
    private readonly List<(int Node, Parameter<T> Parameter)> parametersByNode = [];
    private Column<T>?[] columns = new Column<T>?[32];
    private NDArray<T>[] values = new NDArray<T>[64];
    private int[] columnOf = new int[64];
    private int[] placeInColumn = new int[64];
    private int[] firstInput = new int[65];
    private bool[] needsGradient = new bool[64];
    private int[] inputs = new int[128];
    private int inputCount;
    private int count;

    /// <summary>The device that the tape computes on.</summary>
    public Device Device => device;

    /// <summary>The values to return at kinks, unless an operation or a reverse pass overrides them.</summary>
    public Selections Selections => selections;

    /// <summary>The memory of the recorded values, held until the tape is reset.</summary>
    public RecordMemory<T> Memory { get; } = new(device);

    /// <summary>Whether values and cotangents are checked for NaN and infinity.</summary>
    public bool DetectsAnomalies { get; set; }

    /// <summary>Measures the operations; null for none.</summary>
    public TapeProfile? Profile { get; set; }

    /// <summary>Whether values are currently recomputed for the reverse pass.</summary>
    public bool IsRecomputing { get; set; }

    /// <summary>The number of recorded values, including leaves.</summary>
    public int Count => count;

    /// <summary>The number of rows that fit; passes grow their arrays to this size.</summary>
    public int Capacity => values.Length;

    /// <summary>A number that differs between records.</summary>
    public int Generation { get; private set; }

    /// <summary>The inputs of all operations, one after another.</summary>
    public ReadOnlySpan<int> AllInputs => inputs.AsSpan(0, inputCount);

    /// <summary>The parameters on the tape, in the order in which they were added.</summary>
    public IEnumerable<Parameter<T>> Parameters => parametersByNode.Select(entry => entry.Parameter);

    /// <summary>The nodes of the parameters on the tape, in order.</summary>
    public List<(int Node, Parameter<T> Parameter)> ParametersByNode => parametersByNode;

    /// <summary>Whether a value was put on the tape rather than computed.</summary>
    public bool IsLeaf(int node) => columnOf[node] == Leaf;

    /// <summary>Whether a value depends on a variable.</summary>
    public bool NeedsGradient(int node) => needsGradient[node];

    /// <summary>The column that holds an operation's rule.</summary>
    public Column<T> ColumnAt(int node) => columns[columnOf[node]]!;

    /// <summary>The index of an operation's rule in its column.</summary>
    public int PlaceAt(int node) => placeInColumn[node];

    /// <summary>An operation's rule.</summary>
    public object RuleAt(int node) => ColumnAt(node).RuleAt(placeInColumn[node]);

    /// <summary>The facts of an operation.</summary>
    public OperationFacts FactsAt(int node) => ColumnAt(node).Facts;

    /// <summary>The number of an operation's column.</summary>
    public int ColumnNumberAt(int node) => columnOf[node];

    /// <summary>The column with a given number.</summary>
    public Column<T> ColumnOf(int number) => columns[number]!;

    public int InputCount(int node) => firstInput[node + 1] - firstInput[node];

    public int InputNode(int node, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)InputCount(node), nameof(index));
        return inputs[firstInput[node] + index];
    }

    public ref NDArray<T> Value(int node) => ref values[node];

    public ref readonly NDArray<T> InputValue(int node, int index) => ref values[InputNode(node, index)];

    /// <summary>The node of a parameter that is on the tape.</summary>
    public bool TryFind(Parameter<T> parameter, out int node) => parameterNodes.TryGetValue(parameter, out node);

    /// <summary>Adds a leaf.</summary>
    /// <param name="value">Its elements, which are referenced.</param>
    /// <param name="gradient">Whether gradients are taken with respect to it.</param>
    /// <param name="parameter">The parameter whose value it is, or null.</param>
    public int AddLeaf(in NDArray<T> value, bool gradient, Parameter<T>? parameter = null)
    {
        if (value.IsNone)
            throw new ArgumentException("The default NDArray has no memory; allocate one on the tape's device.", nameof(value));
        if (!ReferenceEquals(value.Device, device))
            throw new ArgumentException($"An array on {value.Device} was put on a tape of {device}; copy it to the tape's device first.", nameof(value));
        if (!value.IsHeld)
        {
            throw new ArgumentException(
                $"An array of shape {value.Shape} was put on a tape after its memory had been given back (Device.Return, or the reset of the tape that held "
                    + $"it); copy its elements out before.",
                nameof(value));
        }

        Grow();
        int node = count++;
        values[node] = Held(value);
        columnOf[node] = Leaf;
        firstInput[node + 1] = inputCount;
        needsGradient[node] = gradient;
        if (parameter is not null)
        {
            parameterNodes.Add(parameter, node);
            parametersByNode.Add((node, parameter));
        }

        return node;
    }

    /// <summary>Adds an operation and computes its value. If that fails, the record is unchanged.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="from">The inputs, already checked by the tape.</param>
    public int AddOperation<TRule>(in TRule rule, ReadOnlySpan<Var<T>> from)
        where TRule : struct, IRule<T>
    {
        Column<T, TRule> column = ColumnFor<TRule>();
        int node = count;
        Grow();
        bool needs = false;
        foreach (Var<T> input in from)
        {
            if (inputCount == inputs.Length)
                Array.Resize(ref inputs, 2 * inputCount);
            inputs[inputCount++] = input.Node;
            needs |= needsGradient[input.Node];
        }

        firstInput[node + 1] = inputCount;
        columnOf[node] = ColumnNumber<TRule>.Value;
        int place = placeInColumn[node] = column.Add(rule);
        needsGradient[node] = needs;
        Memory.Begin(node);
        long began = Profile is null ? 0 : TapeProfile.Begin(device);
        try
        {
            values[node] = Held(column.Value(place, new Recording<T>(new Node<T>(this, node))));
        }
        catch (Exception exception)
        {
            int changed = exception is ArrayChangedException ? ChangedInput(node) : -1;
            inputCount = firstInput[node];
            column.RemoveLast();
            if (exception is ArrayChangedException { ChangedBy: var by })
            {
                throw new ArrayChangedException(
                    $"{TRule.Facts.Name} was to be recorded from {(changed < 0 ? "an array" : NameOf(changed))}, which {by} changed after it was put on the "
                        + $"tape; the record would mix both. "
                    + "Reset the tape and record the program again.",
                    by,
                    exception);
            }

            throw;
        }

        Memory.End(node);
        Profile?.AddForward(column.Facts, began, device, Memory.BytesOf(node));
        count++;
        return node;
    }

    /// <summary>Recomputes an operation's value in the memory that it already has.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="column">The column of the rule that computes it. The rule may be that of a fused chain.</param>
    /// <param name="place">The index of the rule in that column.</param>
    public void Renew(int node, Column<T> column, int place)
    {
        Memory.BeginAgain(node);
        long began = Profile is null ? 0 : TapeProfile.Begin(device);
        try
        {
            values[node] = Held(column.Value(place, new Recording<T>(new Node<T>(this, node))));
        }
        finally
        {
            Memory.EndAgain();
        }

        Profile?.AddForward(column.Facts, began, device, 0);
    }

    /// <summary>Accepts a leaf's current elements as the recorded ones.</summary>
    public void RenewLeaf(int node) => values[node] = values[node].Pinned();

    /// <summary>Releases the memory that an operation computed into, except that of one array.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="kept">The memory to keep; null for none.</param>
    public void ReleaseValue(int node, Storage<T>? kept)
    {
        Memory.Release(node, kept);
        if (kept is null || !ReferenceEquals(values[node].Storage, kept))
            values[node] = default;
    }

    /// <summary>Forgets everything and releases the memory.</summary>
    public void Reset()
    {
        Memory.Reset();
        foreach (Column<T>? column in columns)
            column?.Clear();
        parameterNodes.Clear();
        parametersByNode.Clear();
        count = 0;
        inputCount = 0;
        Generation++;
    }

    /// <summary>The column for a rule type.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    public Column<T, TRule> ColumnFor<TRule>()
        where TRule : struct, IRule<T>
    {
        int number = ColumnNumber<TRule>.Value;
        if (number >= columns.Length)
            Array.Resize(ref columns, Math.Max(2 * columns.Length, number + 1));
        return (Column<T, TRule>)(columns[number] ??= new Column<T, TRule>());
    }

    /// <summary>The column number for a rule type.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    public static int NumberOf<TRule>()
        where TRule : struct, IRule<T> => ColumnNumber<TRule>.Value;

    /// <summary>Marks every value that the marked ones depend on, among those that count.</summary>
    /// <param name="marked">One mark per value.</param>
    /// <param name="counts">Selects the values that count.</param>
    public void MarkDependencies(bool[] marked, Predicate<int> counts)
    {
        for (int node = marked.Length - 1; node >= 0; node--)
        {
            if (marked[node])
                MarkInputs(marked, node, counts);
        }
    }

    /// <summary>Marks the inputs of an operation that count.</summary>
    /// <param name="marked">One mark per value.</param>
    /// <param name="node">The operation.</param>
    /// <param name="counts">Selects the values that count.</param>
    public void MarkInputs(bool[] marked, int node, Predicate<int> counts)
    {
        for (int index = 0; index < InputCount(node); index++)
            marked[InputNode(node, index)] |= counts(InputNode(node, index));
    }

    /// <summary>The argument of an operation of one input at a position, or null for other operations.</summary>
    public double? ArgumentOf(int node, int position) => InputCount(node) == 1 && InputValue(node, 0).Count == values[node].Count
        ? double.CreateTruncating(InputValue(node, 0).ToArray()[position])
        : null;

    /// <summary>Throws if an array contains NaN or infinity, and names the operation that produced it.</summary>
    public void CheckFinite(in NDArray<T> array, int node, string what)
    {
        long bad = device.Count(default(IsNotFinite), array);
        if (bad == 0)
            return;
        string operation = FactsAt(node).Name;
        for (int index = 0; index < InputCount(node); index++)
        {
            int from = InputNode(node, index);
            long given = device.Count(default(IsNotFinite), values[from]);
            if (given > 0 && IsLeaf(from))
            {
                throw Anomaly(
                    $"The {(needsGradient[from] ? "variable" : "constant")} at node {from}, of shape {values[from].Shape}, was given with {given} of "
                        + $"{values[from].Count} elements NaN or infinite; "
                    + $"{operation} (node {node}) met them first.");
            }
        }

        throw Anomaly(
            $"{operation} (node {node}) made {bad} of {array.Count} elements of its {what}, of shape {array.Shape}, NaN or infinite; its inputs were finite.");
    }

    /// <summary>Adds the operation and the array to an exception about a changed array.</summary>
    public ArrayChangedException Changed(int node, ArrayChangedException exception)
    {
        // Already named, within a checkpoint.
        if (exception.InnerException is ArrayChangedException)
            return exception;
        string operation = IsLeaf(node) ? "leaf" : FactsAt(node).Name;
        string what = values[node].WasChanged ? $"its value, of shape {values[node].Shape}," : "an array that it was given";
        for (int index = 0; index < InputCount(node); index++)
        {
            int input = InputNode(node, index);
            if (values[input].WasChanged)
                what = NameOf(input);
        }

        return new ArrayChangedException(
            $"{operation} (node {node}) reads {what} as recorded, but {exception.ChangedBy} changed it since. Take all gradients of a record before "
                + $"changing what it was recorded with, or reset the tape "
            + "and record again.",
            exception.ChangedBy,
            exception);
    }

    /// <summary>The name of a value in messages.</summary>
    public string NameOf(int node) => ParameterAt(node) is { } parameter
        ? $"parameter {parameter}"
        : $"{(IsLeaf(node) ? "leaf" : FactsAt(node).Name)} (node {node}, of shape {values[node].Shape})";

    /// <summary>A leaf's name: its parameter's, or whether it has a gradient.</summary>
    public string LeafName(int node) => ParameterAt(node) is { } parameter ? $"parameter {parameter.Name}" : needsGradient[node] ? "variable" : "constant";

    private static ArithmeticException Anomaly(string message)
    {
        EngineEvents.AnomalyFound(message);
        return new ArithmeticException(message);
    }

    // Pins an array to its current elements, unless it is already pinned.
    private static NDArray<T> Held(in NDArray<T> value) => value.IsPinned ? value : value.Pinned();

    private Parameter<T>? ParameterAt(int node)
    {
        foreach ((Parameter<T> parameter, int at) in parameterNodes)
        {
            if (at == node)
                return parameter;
        }

        return null;
    }

    private int ChangedInput(int node)
    {
        for (int at = firstInput[node]; at < inputCount; at++)
        {
            if (values[inputs[at]].WasChanged)
                return inputs[at];
        }

        return -1;
    }

    private void Grow()
    {
        if (count < values.Length)
            return;
        int capacity = 2 * count;
        Array.Resize(ref values, capacity);
        Array.Resize(ref columnOf, capacity);
        Array.Resize(ref placeInColumn, capacity);
        Array.Resize(ref firstInput, capacity + 1);
        Array.Resize(ref needsGradient, capacity);
        Memory.Grow(capacity);
    }

    private static class ColumnNumbers
    {
        private static int last = -1;

        public static int Next() => Interlocked.Increment(ref last);
    }

    [SuppressMessage("Design", "CA1000", Justification = "Private.")]
    private static class ColumnNumber<TRule>
    {
        public static readonly int Value = ColumnNumbers.Next();
    }
}
