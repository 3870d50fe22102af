using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The record of a program on arrays: the operations that ran and their values. Reverse and forward passes read it.</summary>
/// <remarks>
/// A tape is used by one thread at a time; it may be handed to another thread, but two threads at once are refused. Several tapes can run side by side. Arrays
/// put on a tape must keep their elements until the last reverse pass; rules detect a change when they read. Nodes are rows of parallel arrays and rules are
/// structs in typed columns, so that after <see cref="Reset"/> the same program is recorded again without allocating on the managed heap.
/// </remarks>
/// <typeparam name="T">The element type: float, double or Half.</typeparam>
public sealed partial class Tape<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TapeRecord<T> record;
    private readonly Cotangents<T> cotangents;
    private readonly Tangents<T> tangents;
    private readonly Branches<T> branches;
    private readonly ReversePass<T> reverse;
    private readonly RecordReplay<T> replay;
    private readonly Census<T> census;
    private readonly ObstacleSearch<T> search;
    private readonly SecondOrderPass<T> secondOrder;
    private readonly Checkpoints<T> checkpoints = new();
    private bool disposed;

    /// <summary>Creates an empty tape.</summary>
    /// <param name="device">The device that the tape computes on; the default device if null.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public Tape(Device? device = null, Selections? selections = null)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(Half))
            throw new NotSupportedException($"A tape holds float, double or Half; {typeof(T).Name} is not supported.");
        record = new TapeRecord<T>(device ?? Device.Default, selections ?? Selections.PyTorch);
        cotangents = new Cotangents<T>(record);
        tangents = new Tangents<T>(record);
        branches = new Branches<T>(record, tangents);
        Fusion<T> fusion = new(record);
        reverse = new ReversePass<T>(record, cotangents, tangents, fusion, hooks);
        replay = new RecordReplay<T>(record, branches, fusion, tangents, cotangents);
        census = new Census<T>(record, branches);
        search = new ObstacleSearch<T>(record, reverse, branches, census);
        secondOrder = new SecondOrderPass<T>(record, reverse, tangents, census, search);
        Locks = new LockedPass<T>(record, reverse, tangents, branches, census, search);
        Fusion = fusion;
    }

    /// <summary>The device that the tape computes on.</summary>
    public Device Device => record.Device;

    /// <summary>The values to return at kinks, unless an operation or a reverse pass overrides them.</summary>
    public Selections Selections => record.Selections;

    /// <summary>
    /// Whether every value and cotangent is checked for NaN and infinity. The first operation that produces one is named in an
    /// <see cref="ArithmeticException"/>. This costs a pass over each array.
    /// </summary>
    public bool DetectAnomalies
    {
        get => record.DetectsAnomalies;
        set => record.DetectsAnomalies = value;
    }

    /// <summary>The number of recorded values, including leaves.</summary>
    public int Count => record.Count;

    /// <summary>Puts a parameter on the tape. Until the tape is reset, every call returns the same variable.</summary>
    /// <param name="parameter">The parameter. Its elements are referenced, not copied.</param>
    public Var<T> Parameter(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        using Use use = Enter();
        if (around is not null)
            return Taken(around.OwnParameter(parameter));
        return probe is not null ? probe.Parameter(parameter) : OwnParameter(parameter);
    }

    private Var<T> OwnParameter(Parameter<T> parameter) =>
        record.TryFind(parameter, out int node) ? At(node) : AddOwnLeaf(parameter.Value, true, parameter);

    /// <summary>Puts an array on the tape as a variable with a gradient.</summary>
    /// <param name="value">The array. It is referenced, not copied, and must stay unchanged until the tape is reset.</param>
    public Var<T> Variable(in NDArray<T> value) => AddVariable(value);

    /// <summary>Copies host memory to the tape as a variable with a gradient.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public Var<T> Variable(in Shape shape, ReadOnlySpan<T> elements) => AddVariable(CopyIn(shape, elements));

    /// <summary>Puts an array on the tape as a constant, without a gradient.</summary>
    /// <param name="value">The array. It is referenced, not copied, and must stay unchanged until the tape is reset.</param>
    public Var<T> Constant(in NDArray<T> value) => AddLeaf(value, false);

    /// <summary>Copies host memory to the tape, as a constant.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public Var<T> Constant(in Shape shape, ReadOnlySpan<T> elements) => AddLeaf(CopyIn(shape, elements), false);

    /// <summary>Puts a single number on the tape, as a constant of rank 0.</summary>
    /// <param name="value">The number.</param>
    public Var<T> Constant(T value) => AddLeaf(CopyIn(Shape.Scalar, new ReadOnlySpan<T>(in value)), false);

    /// <summary>Copies indices or labels to the tape's device; they last until the tape is reset.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    public NDArray<int> Indices(in Shape shape, ReadOnlySpan<int> elements)
    {
        CheckNotDisposed();
        using Use use = Enter();
        NDArray<int> indices = record.Memory.RentIndices(shape);
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

    /// <summary>Records an operation: computes its value, and its tangent if an input has one.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    /// <param name="inputs">The inputs, all on this tape.</param>
    /// <exception cref="InvalidOperationException">An input belongs to another tape, or the tape was reset or disposed after the input was
    /// recorded.</exception>
    /// <exception cref="ArgumentException">The shapes do not fit the operation.</exception>
    /// <exception cref="ArithmeticException">The value is not finite and <see cref="DetectAnomalies"/> is on.</exception>
    public Var<T> Record<TRule>(in TRule rule, ReadOnlySpan<Var<T>> inputs)
        where TRule : struct, IRule<T>
    {
        CheckNotDisposed();
        using Use use = Enter();
        hooks.CheckNotRunning();
        if (probe is not null)
            return probe.Record(rule, inputs);
        if (around is not null)
            return RecordWithinProbe(rule, inputs);
        return RecordOwn(rule, inputs);
    }

    private Var<T> RecordOwn<TRule>(in TRule rule, ReadOnlySpan<Var<T>> inputs)
        where TRule : struct, IRule<T>
    {
        replay.NeedEveryValue();
        foreach (Var<T> input in inputs)
            Check(input);
        int node = record.AddOperation(rule, inputs);
        tangents.Forget(node);
        if (record.DetectsAnomalies)
            record.CheckFinite(record.Value(node), node, "value");
        tangents.Carry(node);
        return At(node);
    }

    /// <summary>
    /// Runs an action now and again each time the record up to here is replayed. A layer uses this for its side effects, such as updating statistics. The
    /// action does not run when a checkpointed segment is recomputed for the reverse pass.
    /// </summary>
    /// <param name="effect">The action. It may read values recorded so far.</param>
    public void SideEffect(Action effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        CheckNotDisposed();
        using Use use = Enter();
        RefuseWithinProbe("the program has a side effect");
        replay.Add(effect);
    }

    /// <summary>
    /// Records a segment of a program as one operation that keeps only its inputs and its output. The values in between are recomputed once, when the reverse
    /// pass needs them; this trades time for memory. Gradients have the same bits as without a checkpoint.
    /// </summary>
    /// <remarks>The census counts the kinks of a segment; Clarke gradients and second derivatives require a record without segments.</remarks>
    /// <param name="inputs">The segment's inputs from this tape. Parameters need not be listed; other variables of this tape must be.</param>
    /// <param name="segment">Computes the segment's output from the inputs, on a separate tape.</param>
    /// <exception cref="InvalidOperationException">The segment returned, or used, a variable of another tape.</exception>
    public Var<T> Checkpoint(ReadOnlySpan<Var<T>> inputs, Func<Var<T>[], Var<T>> segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        CheckNotDisposed();
        using Use use = Enter();
        RefuseWithinProbe("the program has a checkpoint");
        (Tape<T> inner, Var<T>[] outer, Var<T>[] inside, Var<T> output) = Apart(inputs, segment, input => record.NeedsGradient(input.Node));
        return Record(new Checkpoint<T>(inner, inside, output), outer);
    }

    /// <summary>
    /// The gradient of a scalar function as values of this tape: a loss may contain it, as a gradient penalty does, and be differentiated in turn.
    /// </summary>
    /// <remarks>
    /// The function is recorded on a tape of its own. The pullback of its gradient is a product with its Hessian, which costs a few gradients. Third
    /// derivatives are refused; <see cref="Scalars.NestedTape"/> has derivatives of any order, for numbers. Where the function has a kink, or
    /// its slope bends, its gradient may jump: nothing is certified there.
    /// </remarks>
    /// <param name="inputs">The values of this tape that the gradient is taken with respect to. Parameters that the function uses need not be listed, and its
    /// gradient regards them as constants; the loss still depends on them.</param>
    /// <param name="function">Computes a value of one element from the inputs, on a separate tape.</param>
    /// <returns>One gradient for each input, in its shape.</returns>
    /// <exception cref="ArgumentNullException">There is no function.</exception>
    /// <exception cref="InvalidOperationException">The function returned more than one element, or used a variable of another tape.</exception>
    public Var<T>[] InnerGradient(ReadOnlySpan<Var<T>> inputs, Func<Var<T>[], Var<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        CheckNotDisposed();
        using Use use = Enter();
        RefuseWithinProbe("the program takes derivatives");
        if (inputs.IsEmpty)
            return [];
        (Tape<T> inner, Var<T>[] outer, Var<T>[] inside, Var<T> output) = Apart(inputs, function, _ => true);
        inner.CheckScalar(output, "An inner gradient");
        Var<T> flat = Record(new InnerGradient<T>(inner, inside, inputs.Length, output), outer);
        Var<T>[] gradients = new Var<T>[inputs.Length];
        int start = 0;
        for (int i = 0; i < gradients.Length; i++)
        {
            gradients[i] = flat.Slice(0, start, inputs[i].Shape.Count).Reshape(inputs[i].Shape.ToArray());
            start += inputs[i].Shape.Count;
        }

        return gradients;
    }

    /// <summary>Like <see cref="InnerGradient(ReadOnlySpan{Var{T}}, Func{Var{T}[], Var{T}})"/>, with one input.</summary>
    /// <param name="input">The value of this tape that the gradient is taken with respect to.</param>
    /// <param name="function">Computes a value of one element from the input.</param>
    public Var<T> InnerGradient(Var<T> input, Func<Var<T>, Var<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return InnerGradient([input], inside => function(inside[0]))[0];
    }

    /// <summary>Like <see cref="Checkpoint(ReadOnlySpan{Var{T}}, Func{Var{T}[], Var{T}})"/>, with one input.</summary>
    /// <param name="input">The segment's input from this tape.</param>
    /// <param name="segment">Computes the output from the input.</param>
    public Var<T> Checkpoint(Var<T> input, Func<Var<T>, Var<T>> segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return Checkpoint([input], inside => segment(inside[0]));
    }

    // Records a part of the program on a tape of its own, whose leaves are the inputs and the parameters that it used.
    private (Tape<T> Inner, Var<T>[] Outer, Var<T>[] Inside, Var<T> Output) Apart(
        ReadOnlySpan<Var<T>> inputs, Func<Var<T>[], Var<T>> part, Func<Var<T>, bool> needsGradient)
    {
        foreach (Var<T> input in inputs)
            Check(input);
        Tape<T> inner = checkpoints.Next(this);
        Var<T>[] leaves = new Var<T>[inputs.Length];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = inner.AddLeaf(record.Value(inputs[i].Node), needsGradient(inputs[i]));
        inner.WasRead = false;
        Var<T> output = part(leaves);
        inner.Check(output);
        WasRead |= inner.WasRead;
        branches.Compares |= inner.branches.Compares;
        Parameter<T>[] parameters = [.. inner.record.Parameters];
        return (inner, [.. inputs, .. parameters.Select(Parameter)], [.. leaves, .. parameters.Select(inner.Parameter)], output);
    }

    /// <summary>Forgets everything and returns the memory to the device's pool. Earlier variables can no longer be used.</summary>
    public void Reset()
    {
        using Use use = Enter();
        hooks.CheckNotRunning();
        RefuseWithinProbe("the program resets a tape");
        EngineMetrics.CountValues(record.Count);
        cotangents.Release();
        tangents.Reset();
        branches.Reset();
        replay.Reset();
        checkpoints.Reset();
        taken.Clear();
        dependsOnExample.Clear();
        hooks.Reset();
        record.Reset();
    }

    /// <summary>Releases the memory. The tape must not be used afterwards.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        using Use use = Enter();
        Reset();
        checkpoints.Dispose();
        disposed = true;
    }

    /// <summary>Takes back what a program set on the tape and a reset leaves, before another program gets it.</summary>
    internal void ForgetSettings()
    {
        DetectAnomalies = false;
        Profile = null;
    }

    /// <summary>The record of the tape.</summary>
    internal TapeRecord<T> Contents => record;

    /// <summary>The reverse pass.</summary>
    internal ReversePass<T> Reverse => reverse;

    /// <summary>The tangents.</summary>
    internal Tangents<T> Tangents => tangents;

    /// <summary>Comparisons in the program's own code.</summary>
    internal Branches<T> Branches => branches;

    /// <summary>The kink census.</summary>
    internal Census<T> Kinks => census;

    /// <summary>Finds obstacles to certification.</summary>
    internal ObstacleSearch<T> Search => search;

    /// <summary>Passes with kinks locked along a direction.</summary>
    internal LockedPass<T> Locks { get; }

    /// <summary>Chains of operations that run as one in replays.</summary>
    internal Fusion<T> Fusion { get; }

    /// <summary>Whether the program read values while it was recorded and may have branched on them.</summary>
    internal bool WasRead { get; set; }

    /// <summary>Compares two values of one element.</summary>
    internal int Compare(Var<T> x, Var<T> y)
    {
        using Use use = Enter();
        RefuseWithinProbe("the program compares values");
        Check(x);
        Check(y);
        return branches.Compare(x, y);
    }

    internal int Compare(Var<T> x, T y)
    {
        using Use use = Enter();
        RefuseWithinProbe("the program compares values");
        Check(x);
        return branches.Compare(x, y);
    }

    /// <summary>Returns a value to a program that reads it.</summary>
    internal NDArray<T> ReadValue(int node)
    {
        using Use use = Enter();
        if (DependsOnExample(node))
            RefuseWithinProbe("the program reads a value");
        WasRead = true;
        replay.NeedValue(node);
        return record.Value(node);
    }

    /// <summary>Runs the record again; see <see cref="RecordReplay{T}.TryRun"/>.</summary>
    internal bool TryReplay(bool recomputes = false)
    {
        using Use use = Enter();
        hooks.CheckNotRunning();
        return replay.TryRun(recomputes);
    }

    /// <summary>Releases the memory of all computed values.</summary>
    internal void ReleaseValues() => replay.ReleaseValues();

    /// <summary>Finds chains of operations for later replays.</summary>
    internal void Fuse(Var<T> output) => replay.Fuse(output.Node);

    /// <summary>Runs a reverse pass with kinks locked along the tangents.</summary>
    internal Gradients<T> LockedBackward(Var<T> output)
    {
        using Use use = Enter();
        NeedOutput(output);
        return new Gradients<T>(this, Locks.Run(output.Node));
    }

    /// <summary>Throws if a value is not of the tape's present record.</summary>
    internal void CheckPresent(Var<T> value)
    {
        using Use use = Enter();
        Check(value);
    }

    /// <summary>The leaves that need gradients, in recording order.</summary>
    internal Var<T>[] LeavesWithGradient() =>
        [.. Enumerable.Range(0, record.Count).Where(node => record.IsLeaf(node) && record.NeedsGradient(node)).Select(At)];

    /// <summary>Runs a reverse pass, with kinks locked along the tangents if asked, and looks for derivatives that are lost on the way.</summary>
    internal (Gradients<T> Gradients, Obstacle? Loss) WatchedBackward(Var<T> output, bool isLocked)
    {
        using Use use = Enter();
        NeedOutput(output);
        (long pass, Obstacle? loss) = Locks.RunWatched(output.Node, isLocked);
        return (new Gradients<T>(this, pass), loss);
    }

    /// <summary>The gradient of a linear form with respect to the leaves, through the pieces that the tangents lead to.</summary>
    internal Gradients<T> LockedPullback(SwitchingForm form)
    {
        using Use use = Enter();
        return new Gradients<T>(this, reverse.SweepFrom(form));
    }

    internal Var<T> VariableOf(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return record.TryFind(parameter, out int node)
            ? At(node)
            : throw new InvalidOperationException(
                $"Parameter {parameter} is not on the tape; the recorded program does not use it (tape.Parameter puts it there).");
    }

    internal NDArray<T> GradientOf(Var<T> variable, long ofPass, bool isProduct)
    {
        using Use use = Enter();
        CheckPass(ofPass);
        Check(variable);
        int node = variable.Node;
        if (!record.IsLeaf(node) || !record.NeedsGradient(node))
            throw new InvalidOperationException("Gradients are kept for leaves made with tape.Parameter or tape.Variable only.");

        // The leaf may have been added after the pass.
        if (!cotangents.Has(node))
            cotangents.Grow();
        return isProduct ? cotangents.OtherOrZeros(node) : cotangents.OrZeros(node);
    }

    /// <summary>Throws if the gradients of a pass are no longer available.</summary>
    internal void CheckPass(long ofPass)
    {
        if (disposed)
            throw new ObjectDisposedException(TypeName, "The gradients are gone because their tape was disposed; use or copy them before.");
        if (ofPass != cotangents.Pass)
        {
            throw new InvalidOperationException(
                "These gradients are of an earlier reverse pass: the tape was reset, or began another pass, since. Use or copy gradients before the next "
                    + "Backward or Reset.");
        }
    }

    internal void Check(Var<T> variable)
    {
        if (!ReferenceEquals(variable.Tape, this))
        {
            throw new InvalidOperationException(
                "A variable of another tape was used. A tape can only use what was recorded on it: record the whole program on one tape. Derivatives of "
                    + "derivatives come from HessianVectorProduct, not from a "
                + "tape within another's program.");
        }

        if (disposed)
            throw new ObjectDisposedException(TypeName, "The variable's tape was disposed; record the program on a new tape.");
        if (variable.Generation != record.Generation)
            throw new InvalidOperationException("The variable was recorded before the tape was reset; record it again, or copy values out before Reset.");
    }

    private Var<T> AddVariable(in NDArray<T> value)
    {
        RefuseWithinProbe("the program adds a variable");
        return AddLeaf(value, true);
    }

    private Var<T> At(int node) => new(this, node, record.Generation);

    private Var<T> AddLeaf(in NDArray<T> value, bool gradient, Parameter<T>? parameter = null)
    {
        CheckNotDisposed();
        return probe is not null ? probe.AddLeaf(value, gradient, parameter) : AddOwnLeaf(value, gradient, parameter);
    }

    private Var<T> AddOwnLeaf(in NDArray<T> value, bool gradient, Parameter<T>? parameter)
    {
        using Use use = Enter();
        hooks.CheckNotRunning();
        int node = record.AddLeaf(value, gradient, parameter);
        tangents.Forget(node);
        return At(node);
    }

    private NDArray<T> CopyIn(in Shape shape, ReadOnlySpan<T> elements)
    {
        if (elements.Length != shape.Count)
            throw new ArgumentException($"Shape {shape} takes {shape.Count} elements; {elements.Length} were given.", nameof(elements));
        CheckNotDisposed();
        using Use use = Enter();
        NDArray<T> array = record.Memory.Rent(shape);
        array.CopyFrom(elements);
        return array;
    }
}
