using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// The record of a program on arrays: which operations ran on which values. Reverse and forward passes read it.
/// </summary>
/// <remarks>
/// A tape belongs to one thread; several tapes run side by side. Its nodes are rows of parallel arrays and its rules structs in typed columns,
/// so that after <see cref="Reset"/> the same program is recorded again without allocating on the managed heap.
/// </remarks>
/// <typeparam name="T">The element type: float, double or Half.</typeparam>
public sealed partial class Tape<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Leaf = -1;

    private readonly Dictionary<Parameter<T>, int> parameterNodes = [];
    private readonly List<Storage<T>?> owned = [];
    private readonly List<Storage<int>?> ownedIndices = [];
    private Column<T>?[] columns = new Column<T>?[32];
    private NDArray<T>[] values = new NDArray<T>[64];
    private int[] columnOf = new int[64];
    private int[] placeInColumn = new int[64];
    private int[] firstInput = new int[65];
    private bool[] needsGradient = new bool[64];
    private int[] inputs = new int[128];
    private int inputCount;
    private int count;
    private int generation;
    private bool disposed;

    /// <summary>Makes an empty tape.</summary>
    /// <param name="device">Where it computes; the default device if null.</param>
    /// <param name="selections">What is returned at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public Tape(Device? device = null, Selections? selections = null)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(Half))
            throw new NotSupportedException($"A tape holds float, double or Half; {typeof(T).Name} is not supported.");
        Device = device ?? Device.Default;
        Selections = selections ?? Selections.PyTorch;
    }

    /// <summary>Where the tape computes.</summary>
    public Device Device { get; }

    /// <summary>What is returned at kinks, unless an operation or a reverse pass says otherwise.</summary>
    public Selections Selections { get; }

    /// <summary>Whether every value and cotangent is checked for NaN and infinity, and the first operation that makes one is named in an <see cref="ArithmeticException"/>. Costs a pass over each array.</summary>
    public bool DetectAnomalies { get; set; }

    /// <summary>How many values are recorded, leaves included.</summary>
    public int Count => count;

    /// <summary>Puts a parameter on the tape; the same variable each time until the tape is reset.</summary>
    /// <param name="parameter">The parameter. Its elements are referred to, not copied.</param>
    public Var<T> Parameter(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameterNodes.TryGetValue(parameter, out int node))
            return new Var<T>(this, node, generation);
        Var<T> variable = AddLeaf(parameter.Value, true);
        parameterNodes.Add(parameter, variable.Node);
        return variable;
    }

    /// <summary>Puts an array on the tape that gradients are taken with respect to.</summary>
    /// <param name="value">The array. It is referred to, not copied, and must stay unchanged until the tape is reset.</param>
    public Var<T> Variable(in NDArray<T> value) => AddLeaf(value, true);

    /// <summary>Copies host memory to the tape, as a variable that gradients are taken with respect to.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public Var<T> Variable(in Shape shape, ReadOnlySpan<T> elements) => AddLeaf(CopyIn(shape, elements), true);

    /// <summary>Puts an array on the tape that no gradient is taken with respect to.</summary>
    /// <param name="value">The array. It is referred to, not copied, and must stay unchanged until the tape is reset.</param>
    public Var<T> Constant(in NDArray<T> value) => AddLeaf(value, false);

    /// <summary>Copies host memory to the tape, as a constant.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public Var<T> Constant(in Shape shape, ReadOnlySpan<T> elements) => AddLeaf(CopyIn(shape, elements), false);

    /// <summary>A single number, as a constant of rank 0.</summary>
    /// <param name="value">The number.</param>
    public Var<T> Constant(T value) => AddLeaf(CopyIn(Shape.Scalar, new ReadOnlySpan<T>(in value)), false);

    /// <summary>Copies indices or labels to the tape's device; they last until the tape is reset.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public NDArray<int> Indices(in Shape shape, ReadOnlySpan<int> elements)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        NDArray<int> indices = RentIndicesUntilReset(shape);
        indices.CopyFrom(elements);
        return indices;
    }

    /// <summary>Records an operation of one input.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="x">The input.</param>
    public Var<T> Record<TRule>(in TRule rule, Var<T> x)
        where TRule : struct, IRule<T> => Record(rule, new ReadOnlySpan<Var<T>>(in x));

    /// <summary>Records an operation of two inputs.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="x">The first input.</param>
    /// <param name="y">The second.</param>
    public Var<T> Record<TRule>(in TRule rule, Var<T> x, Var<T> y)
        where TRule : struct, IRule<T> => Record(rule, [x, y]);

    /// <summary>Records an operation of three inputs.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="x">The first input.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    public Var<T> Record<TRule>(in TRule rule, Var<T> x, Var<T> y, Var<T> z)
        where TRule : struct, IRule<T> => Record(rule, [x, y, z]);

    /// <summary>Records an operation: computes its value, and its tangent where an input moves.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="inputs">The inputs, all on this tape.</param>
    /// <exception cref="InvalidOperationException">An input is of another tape, or the tape was reset or disposed since it was recorded.</exception>
    /// <exception cref="ArgumentException">The shapes do not fit the operation.</exception>
    /// <exception cref="ArithmeticException">The value is not finite and <see cref="DetectAnomalies"/> is on.</exception>
    public Var<T> Record<TRule>(in TRule rule, ReadOnlySpan<Var<T>> inputs)
        where TRule : struct, IRule<T>
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        NeedEveryValue();
        bool needs = false;
        foreach (Var<T> input in inputs)
        {
            Check(input);
            needs |= needsGradient[input.Node];
        }

        Column<T, TRule> column = ColumnOf<TRule>();
        int node = count;
        Grow();
        foreach (Var<T> input in inputs)
        {
            if (inputCount == this.inputs.Length)
                Array.Resize(ref this.inputs, 2 * inputCount);
            this.inputs[inputCount++] = input.Node;
        }

        firstInput[node + 1] = inputCount;
        columnOf[node] = ColumnNumber<TRule>.Value;
        placeInColumn[node] = column.Add(rule);
        needsGradient[node] = needs;
        (int first, int firstIndices) = (owned.Count, ownedIndices.Count);
        try
        {
            values[node] = column.Value(placeInColumn[node], new Recording<T>(this, node));
        }
        catch
        {
            inputCount = firstInput[node];
            column.RemoveLast();
            throw;
        }

        ownedBy[node] = (first, owned.Count);
        ownedIndicesBy[node] = (firstIndices, ownedIndices.Count);
        count++;
        ForgetTangent(node);
        if (DetectAnomalies)
            CheckFinite(values[node], column.Facts.Name, node, "value");
        CarryTangent(node);
        return new Var<T>(this, node, generation);
    }

    /// <summary>Forgets everything and gives the memory back to the device's pool. Variables of before are refused afterwards.</summary>
    public void Reset()
    {
        ReleaseCotangents();
        ReleaseTangents();
        ResetSegments();
        foreach (Storage<T>? storage in owned)
        {
            if (storage is not null)
                Device.Return(storage);
        }

        owned.Clear();
        zero = default;
        foreach (Storage<int>? storage in ownedIndices)
        {
            if (storage is not null)
                Device.Return(storage);
        }

        ownedIndices.Clear();
        foreach (Column<T>? column in columns)
            column?.Clear();
        parameterNodes.Clear();
        comparisons.Clear();
        branches.Clear();
        effects.Clear();
        isReleased = false;
        isFused = false;
        chains.Clear();
        Compares = false;
        forcedTangents.Clear();
        count = 0;
        inputCount = 0;
        generation++;
    }

    /// <summary>Gives the memory back. The tape must not be used afterwards.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        Reset();
        foreach (Tape<T> inner in spareTapes)
            inner.Dispose();
        disposed = true;
    }

    internal int InputCount(int node) => firstInput[node + 1] - firstInput[node];

    internal int InputNode(int node, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)InputCount(node), nameof(index));
        return inputs[firstInput[node] + index];
    }

    internal ref readonly NDArray<T> ValueOf(int node) => ref values[node];

    internal ref readonly NDArray<T> InputValue(int node, int index) => ref values[InputNode(node, index)];

    internal bool InputNeedsGradient(int node, int index) => needsGradient[InputNode(node, index)];

    internal NDArray<T> RentUntilReset(in Shape shape)
    {
        if (nextOwned >= 0)
            return Again(shape);
        NDArray<T> array = Device.Allocate<T>(shape);
        owned.Add(array.Storage);
        return array;
    }

    internal NDArray<int> RentIndicesUntilReset(in Shape shape)
    {
        if (nextOwnedIndices >= 0)
            return IndicesAgain(shape);
        NDArray<int> array = Device.Allocate<int>(shape);
        ownedIndices.Add(array.Storage);
        return array;
    }

    internal Var<T> VariableOf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!parameterNodes.TryGetValue(parameter, out int node))
            throw new InvalidOperationException($"Parameter {parameter} is not on the tape; the recorded program does not use it (tape.Parameter puts it there).");
        return new Var<T>(this, node, generation);
    }

    internal bool Holds(Parameter<T> parameter) => parameterNodes.ContainsKey(parameter);

    internal void Check(Var<T> variable)
    {
        if (!ReferenceEquals(variable.Tape, this))
            throw new InvalidOperationException("A variable of another tape was used; both inputs of an operation must be recorded on the same tape (bring a value over with tape.Constant or tape.Variable).");
        if (disposed)
            throw new ObjectDisposedException(nameof(Tape<>), "The variable's tape was disposed; record the program on a new tape.");
        if (variable.Generation != generation)
            throw new InvalidOperationException("The variable was recorded before the tape was reset; record it again, or copy values out before Reset.");
    }

    internal void CheckFinite(in NDArray<T> array, string operation, int node, string what)
    {
        long bad = Device.Count(default(IsNotFinite), array);
        if (bad > 0)
            throw new ArithmeticException($"{operation} (node {node}) made {bad} of {array.Count} elements of its {what}, of shape {array.Shape}, NaN or infinite; its inputs were finite.");
    }

    private Var<T> AddLeaf(in NDArray<T> value, bool gradient)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (value.IsNone)
            throw new ArgumentException("The default NDArray is no array; allocate one on the tape's device.", nameof(value));
        if (!ReferenceEquals(value.Device, Device))
            throw new ArgumentException($"An array on {value.Device} was put on a tape of {Device}; copy it to the tape's device first.", nameof(value));
        Grow();
        int node = count++;
        values[node] = value;
        columnOf[node] = Leaf;
        firstInput[node + 1] = inputCount;
        needsGradient[node] = gradient;
        ForgetTangent(node);
        return new Var<T>(this, node, generation);
    }

    private NDArray<T> CopyIn(in Shape shape, ReadOnlySpan<T> elements)
    {
        if (elements.Length != shape.Count)
            throw new ArgumentException($"Shape {shape} takes {shape.Count} elements; {elements.Length} were given.", nameof(elements));
        NDArray<T> array = RentUntilReset(shape);
        array.CopyFrom(elements);
        return array;
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
        Array.Resize(ref ownedBy, capacity);
        Array.Resize(ref ownedIndicesBy, capacity);
    }

    private Column<T, TRule> ColumnOf<TRule>()
        where TRule : struct, IRule<T>
    {
        int number = ColumnNumber<TRule>.Value;
        if (number >= columns.Length)
            Array.Resize(ref columns, Math.Max(2 * columns.Length, number + 1));
        return (Column<T, TRule>)(columns[number] ??= new Column<T, TRule>());
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
