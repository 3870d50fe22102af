using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>
/// Records a program for one example on a tape of its own, to see whether it can be recorded once for all. What the program takes from the tape around it is
/// brought in as leaves.
/// </content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // While a program is recorded for one example: the tape it is recorded on.
    private Tape<T>? probe;

    // On that tape: the tape around it, what was taken from there, and which values depend on the example.
    private Tape<T>? around;
    private readonly Dictionary<int, Var<T>> taken = [];
    private readonly List<bool> dependsOnExample = [];

    /// <summary>Records a program once for all examples, or says what prevents it; then nothing is recorded on this tape.</summary>
    /// <param name="x">The examples, along the first axis; at least one.</param>
    /// <param name="program">Computes an example's result.</param>
    /// <param name="record">Records what was found: the program's record, how it is vectorised, the leaf that holds the example, and the values of this tape by
    /// leaf of that record.</param>
    /// <param name="report">Says what prevents it.</param>
    internal Var<T>? TryVectorise(Var<T> x, Func<Var<T>, Var<T>> program, RecordVectorised record, out VectorisationReport report)
    {
        if (probe is not null)
            return probe.TryVectorise(probe.Taken(x), program, record, out report);
        using Use use = Enter();
        Check(x);
        replay.NeedEveryValue();
        int last = x.Shape[0] - 1;
        if ((Probed(x, 0, program, out Var<T> output) ?? Compared(x, last, program, output)) is { } obstacle)
        {
            report = new VectorisationReport(obstacle);
            return null;
        }

        Tape<T> inner = output.Tape;
        Vectorisation<T> vectorisation = new(inner.record, output.Node);
        report = new VectorisationReport(vectorisation.Obstacle([ExampleLeaf]));
        if (!report.IsVectorised)
            return null;
        Dictionary<int, Var<T>> outer = inner.taken.ToDictionary(entry => entry.Value.Node, entry => At(entry.Key));
        return record(vectorisation, outer, inner.record, output.Node);
    }

    /// <summary>Records a vectorised program.</summary>
    internal delegate Var<T> RecordVectorised(Vectorisation<T> vectorisation, IReadOnlyDictionary<int, Var<T>> outer, TapeRecord<T> example, int output);

    /// <summary>The node of the example on the tape that a program is probed on.</summary>
    internal const int ExampleLeaf = 0;

    private string? Probed(Var<T> x, int position, Func<Var<T>, Var<T>> program, out Var<T> output)
    {
        output = default;
        Tape<T> inner = checkpoints.Next(this);
        NDArray<T> value = record.Value(x.Node).Slice(0, position, 1);
        NDArray<T> own = inner.record.Memory.Rent(x.Shape.Without(0));
        Device.Copy(value, own.Reshape(value.Shape));
        inner.taken.Clear();
        inner.dependsOnExample.Clear();
        Var<T> example = inner.AddOwnLeaf(own, record.NeedsGradient(x.Node), null);
        inner.NoteDependence(ExampleLeaf, true);
        inner.around = this;
        probe = inner;
        try
        {
            inner.WasRead = false;
            output = inner.Own(program(example));
            WasRead |= inner.WasRead;
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return exception is NotVectorisedException ? exception.Message : $"the program threw {exception.GetType().Name}: {exception.Message}";
        }
        finally
        {
            probe = null;
            inner.around = null;
        }
    }

    // The program must do for another example what it did for the first: the first record, run on the other example, gives the same bits.
    private string? Compared(Var<T> x, int position, Func<Var<T>, Var<T>> program, Var<T> first)
    {
        if (position == 0)
            return null;
        if (Probed(x, position, program, out Var<T> other) is { } obstacle)
            return obstacle;
        TapeRecord<T> one = first.Tape.record, two = other.Tape.record;
        bool isSame = first.Node == other.Node && one.Count == two.Count;
        for (int node = 0; isSame && node < one.Count; node++)
        {
            isSame = one.IsLeaf(node) == two.IsLeaf(node) && one.Value(node).Shape == two.Value(node).Shape && one.InputCount(node) == two.InputCount(node);
            isSame = isSame && (one.IsLeaf(node) || one.ColumnNumberAt(node) == two.ColumnNumberAt(node));
            for (int index = 0; isSame && index < one.InputCount(node); index++)
                isSame = one.InputNode(node, index) == two.InputNode(node, index);
        }

        if (isSame)
        {
            Device.Copy(two.Value(ExampleLeaf), one.Value(ExampleLeaf).Unpinned());
            isSame = first.Tape.TryReplay();
        }

        HashSet<int> shared = [.. first.Tape.taken.Where(entry => other.Tape.taken.TryGetValue(entry.Key, out Var<T> leaf) && leaf.Node == entry.Value.Node)
            .Select(entry => entry.Value.Node)];
        for (int node = 0; isSame && node < one.Count; node++)
            isSame = shared.Contains(node) || HasSameBits(one.Value(node), two.Value(node));
        return isSame ? null : "the program did something else for the last example than for the first";
    }

    private static bool HasSameBits(in NDArray<T> x, in NDArray<T> y) =>
        MemoryMarshal.AsBytes(x.ToArray().AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(y.ToArray().AsSpan()));

    // A value of this tape, or of a tape around it, on this tape.
    private Var<T> Own(Var<T> value) => around is null || ReferenceEquals(value.Tape, this) ? value : Taken(around.Own(value));

    // A value of the tape around this one, as a leaf of this one.
    private Var<T> Taken(Var<T> value)
    {
        around!.Check(value);
        if (!taken.TryGetValue(value.Node, out Var<T> leaf))
        {
            leaf = AddOwnLeaf(around.record.Value(value.Node), around.record.NeedsGradient(value.Node), null);
            taken.Add(value.Node, leaf);
            NoteDependence(leaf.Node, around.DependsOnExample(value.Node));
        }

        return leaf;
    }

    private Var<T>[] Own(ReadOnlySpan<Var<T>> inputs)
    {
        Var<T>[] own = new Var<T>[inputs.Length];
        for (int i = 0; i < own.Length; i++)
            own[i] = Own(inputs[i]);
        return own;
    }

    private Var<T> RecordWithinProbe<TRule>(in TRule rule, ReadOnlySpan<Var<T>> inputs)
        where TRule : struct, IRule<T>
    {
        Var<T>[] own = Own(inputs);
        bool depends = false;
        foreach (Var<T> input in own)
        {
            Check(input);
            depends |= DependsOnExample(input.Node);
        }

        // Such a rule may have effects outside of the record, as one that draws random numbers does.
        if (rule is not IVectorises<T>)
            throw new NotVectorisedException($"{TRule.Facts.Name} has no form for many examples");
        Var<T> value = RecordOwn(rule, own);
        NoteDependence(value.Node, depends);
        return value;
    }

    private void NoteDependence(int node, bool depends)
    {
        while (dependsOnExample.Count <= node)
            dependsOnExample.Add(false);
        dependsOnExample[node] = depends;
    }

    private bool DependsOnExample(int node) => node < dependsOnExample.Count && dependsOnExample[node];

    // While a program is probed, refuses what has an effect or a result that belongs to one example.
    private void RefuseWithinProbe(string what)
    {
        if (around is not null || probe is not null)
            throw new NotVectorisedException(what);
    }

    private sealed class NotVectorisedException(string what) : Exception(what);
}
