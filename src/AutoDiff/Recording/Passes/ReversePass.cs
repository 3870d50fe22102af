using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The reverse pass: from the output's node backwards, each rule pulls its cotangent back to its inputs.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="record">The record to pull back through.</param>
/// <param name="cotangents">The cotangents.</param>
/// <param name="tangents">The tangents that decide at locked kinks.</param>
/// <param name="fusion">Chains of operations that run as one.</param>
/// <param name="hooks">Actions on the gradients of values, for passes that run them.</param>
internal sealed class ReversePass<T>(TapeRecord<T> record, Cotangents<T> cotangents, Tangents<T> tangents, Fusion<T> fusion, GradientHooks<T> hooks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Collects the absorbed zeros; null in ordinary passes.
    private List<AbsorbedZeros>? absorbed;

    // Looks for lost derivatives; null in ordinary passes.
    private LossSearch<T>? watch;

    /// <summary>The cotangents.</summary>
    public Cotangents<T> Cotangents => cotangents;

    /// <summary>The context passed to the rule of a node.</summary>
    public PullbackContext<T> ContextOf(int node, Selections selections) => new(new Node<T>(record, node), cotangents, tangents, selections);

    /// <summary>Begins a pass from an output.</summary>
    /// <exception cref="InvalidOperationException">The output depends on nothing that needs a gradient.</exception>
    public void Begin(int output)
    {
        if (!record.NeedsGradient(output))
            throw new InvalidOperationException("The output depends on no parameter or variable; nothing to differentiate.");
        hooks.CheckNotRunning();
        cotangents.Begin();
    }

    /// <summary>Begins a pass from a scalar, whose cotangent is 1.</summary>
    public void BeginFromOne(int output)
    {
        Begin(output);
        cotangents.Fill(output, T.One);
    }

    /// <summary>Begins a pass from a cotangent that the caller supplies.</summary>
    public void BeginFrom(int output, in NDArray<T> cotangent)
    {
        // The array is used in place unless it is a cotangent of the previous pass, becomes a leaf's gradient, or is not contiguous.
        bool borrows = cotangent.IsContiguous && !record.IsLeaf(output) && !cotangents.Hold(cotangent.Storage);
        NDArray<T> seed = cotangent;
        if (!borrows)
        {
            seed = record.Device.Allocate<T>(cotangent.Shape);
            record.Device.Copy(cotangent, seed);
        }

        Begin(output);
        if (borrows)
            cotangents.Borrow(output, seed);
        else
            cotangents[output] = seed;
    }

    /// <summary>Pulls back from a node to the leaves.</summary>
    /// <param name="output">The last node that has a cotangent.</param>
    /// <param name="selections">The values to return at kinks; the tape's own if null.</param>
    /// <param name="locked">Whether kinks are locked along the tangents.</param>
    /// <param name="atKinks">The number of kinks of each operation, if known; operations with none need no lock.</param>
    /// <param name="releases">Whether a value is released as soon as no pullback needs it.</param>
    /// <param name="runsHooks">Whether the program's actions on gradients run.</param>
    /// <param name="receiver">Is given the parameters' gradients when they are complete; null for none.</param>
    /// <returns>The number of the pass.</returns>
    public long Sweep(int output, Selections? selections, bool locked = false, long[]? atKinks = null, bool releases = false, bool runsHooks = false,
        IGradientReceiver<T>? receiver = null)
    {
        runsHooks &= hooks.Any;
        int parameter = receiver is null ? -1 : record.ParametersByNode.Count - 1;
        Selections chosen = selections ?? record.Selections;
        long began = EngineMetrics.BeginPass();
        int node = output;
        try
        {
            for (; node >= 0; node--)
            {
                if (runsHooks && cotangents.Has(node))
                    hooks.Run(node, cotangents);
                while (parameter >= 0 && record.ParametersByNode[parameter].Node > node)
                    parameter--;
                if (parameter >= 0 && record.ParametersByNode[parameter].Node == node && cotangents.Has(node))
                    hooks.Hand(receiver!, record.ParametersByNode[parameter].Parameter, cotangents[node]);
                PullBackFrom(node, output, chosen, locked, atKinks, releases);
            }
        }
        catch (ArrayChangedException exception)
        {
            throw record.Changed(node, exception);
        }

        EngineMetrics.EndPass(began);
        return cotangents.Pass;
    }

    /// <summary>Pulls back from a node to another, with the tape's selections.</summary>
    /// <param name="first">The last node to pull back from.</param>
    /// <param name="output">The node to begin with.</param>
    public void SweepDownTo(int first, int output)
    {
        for (int node = output; node >= first; node--)
            PullBackFrom(node, output, record.Selections, false, null, false);
    }

    /// <summary>Like <see cref="Sweep"/>, watched by a search for lost derivatives.</summary>
    public long SweepWatched(int output, LossSearch<T> losses, bool locked = false, long[]? atKinks = null)
    {
        watch = losses;
        losses.Begin(locked, atKinks);
        try
        {
            return Sweep(output, null, locked, atKinks);
        }
        finally
        {
            watch = null;
        }
    }

    /// <summary>Like <see cref="Sweep"/>, and also notes where a cotangent of 0 met a slope that is not finite.</summary>
    public List<AbsorbedZeros> SweepForAbsorbedZeros(int output)
    {
        List<AbsorbedZeros> found = absorbed = [];
        try
        {
            Sweep(output, null);
        }
        finally
        {
            absorbed = null;
        }

        found.Reverse();
        return found;
    }

    /// <summary>Pulls a linear form of the tangents back to the leaves, through the pieces that the tangents lead to.</summary>
    public long SweepFrom(SwitchingForm form)
    {
        cotangents.Begin();
        int last = SeedElement(form.First, form.FirstFactor);
        if (form.Second is { } second)
            last = Math.Max(last, SeedElement(second, form.SecondFactor));
        return last < 0 ? cotangents.Pass : Sweep(last, null, true);
    }

    /// <summary>The cotangents that an operation passes back to those of its inputs that need gradients.</summary>
    public List<(int Input, T[] Cotangent)> PullbackOf(int node, ReadOnlySpan<T> cotangent)
    {
        cotangents.Release();
        cotangents.Grow();
        return PullbackOf(node, cotangent, false);
    }

    /// <summary>Like <see cref="PullbackOf(int, ReadOnlySpan{T})"/>, with kinks locked along the tangents.</summary>
    public List<(int Input, T[] Cotangent)> LockedPullbackOf(int node, ReadOnlySpan<T> cotangent)
    {
        cotangents.Release();
        cotangents.Grow();
        return PullbackOf(node, cotangent, true);
    }

    /// <summary>
    /// Like <see cref="PullbackOf(int, ReadOnlySpan{T})"/>, where the cotangents hold nothing, with kinks locked along the tangents if asked.
    /// </summary>
    public List<(int Input, T[] Cotangent)> PullbackOf(int node, ReadOnlySpan<T> cotangent, bool locked)
    {
        cotangents.Into(node, out _).CopyFrom(cotangent);
        if (locked)
            record.ColumnAt(node).LockedPullback(record.PlaceAt(node), ContextOf(node, record.Selections));
        else
            record.ColumnAt(node).Pullback(record.PlaceAt(node), ContextOf(node, record.Selections));
        cotangents.Return(node);
        List<(int Input, T[] Cotangent)> pulled = [];
        foreach (int input in Enumerable.Range(0, record.InputCount(node)).Select(index => record.InputNode(node, index)).Distinct())
        {
            if (!cotangents.Has(input))
                continue;
            if (record.NeedsGradient(input))
                pulled.Add((input, cotangents[input].ToArray()));
            cotangents.Return(input);
        }

        return pulled;
    }

    /// <summary>Throws if a cotangent of an operation's inputs is not finite.</summary>
    public void CheckInputCotangents(int node)
    {
        for (int index = 0; index < record.InputCount(node); index++)
        {
            int input = record.InputNode(node, index);
            if (!cotangents[input].IsNone)
                record.CheckFinite(cotangents[input], node, $"pullback to input {index}");
        }
    }

    private void PullBackFrom(int node, int output, Selections chosen, bool locked, long[]? atKinks, bool releases)
    {
        if (record.IsLeaf(node))
            return;
        if (!cotangents.Has(node))
        {
            if (releases)
                record.ReleaseValue(node, record.Value(output).Storage);
            return;
        }

        if (fusion.IsWithinChain(node))
        {
            cotangents.Move(node, fusion.HeadOf(node));
            return;
        }

        if (record.NeedsGradient(node))
        {
            (Column<T> column, int place) = fusion.OperationOf(node);
            PullbackContext<T> context = ContextOf(node, chosen);
            if (absorbed is not null)
                NoteAbsorbedZeros(node, column, place);
            long bytes = record.Profile is null ? 0 : NewCotangentBytes(node), began = record.Profile is null ? 0 : TapeProfile.Begin(record.Device);
            if (locked && (atKinks is null || atKinks[node] > 0))
                column.LockedPullback(place, context);
            else
                column.Pullback(place, context);
            watch?.Note(node, cotangents);
            record.Profile?.AddBackward(column.Facts, began, record.Device, bytes);
            if (record.DetectsAnomalies)
                CheckInputCotangents(node);
        }

        // The cotangent is consumed, and its memory is reused while it is still in cache.
        cotangents.Return(node);
        if (releases)
            record.ReleaseValue(node, record.Value(output).Storage);
    }

    // The memory that a pullback takes for the cotangents that its inputs do not have yet.
    private long NewCotangentBytes(int node)
    {
        long bytes = 0;
        for (int index = 0; index < record.InputCount(node); index++)
        {
            int input = record.InputNode(node, index);
            bool isAgain = false;
            for (int earlier = 0; earlier < index; earlier++)
                isAgain |= record.InputNode(node, earlier) == input;
            if (!isAgain && record.NeedsGradient(input) && !cotangents.Has(input))
                bytes += record.Value(input).Count * (long)Unsafe.SizeOf<T>();
        }

        return bytes;
    }

    private void NoteAbsorbedZeros(int node, Column<T> column, int place)
    {
        long met = column.CountAbsorbedZeros(place, ContextOf(node, record.Selections));
        if (met > 0)
            absorbed!.Add(new AbsorbedZeros(node, column.Facts, met, record.Value(node).Count));
    }

    private int SeedElement((int Node, int Element) place, double factor)
    {
        if (place.Node < 0 || !record.NeedsGradient(place.Node))
            return -1;
        NDArray<T> cotangent = cotangents.OrZeros(place.Node);
        T[] seed = cotangent.ToArray();
        seed[place.Element] += T.CreateTruncating(factor);
        cotangent.CopyFrom(seed);
        return place.Node;
    }
}
