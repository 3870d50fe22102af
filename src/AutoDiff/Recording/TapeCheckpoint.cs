using System.Numerics;

namespace ConservativeAD;

/// <content>Segments whose values are computed again in the reverse pass.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Stack<Tape<T>> spareTapes = [];
    private readonly List<Tape<T>> segmentTapes = [];

    /// <summary>
    /// Records a part of a program as one operation that keeps its inputs and its output only. What lies between is computed again, once, when the reverse pass needs it: memory for time.
    /// Gradients have the same bits as without.
    /// </summary>
    /// <remarks>The census counts the kinks of a segment; Clarke gradients and second derivatives ask for a record without segments.</remarks>
    /// <param name="inputs">What the part takes from this tape. Parameters that it uses need not be named; other variables of this tape must.</param>
    /// <param name="segment">From the inputs, on a tape of the segment's own, to its output there.</param>
    /// <exception cref="InvalidOperationException">The segment returned, or used, a variable of another tape.</exception>
    public Var<T> Checkpoint(ReadOnlySpan<Var<T>> inputs, Func<Var<T>[], Var<T>> segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (Var<T> input in inputs)
            Check(input);
        Tape<T> inner = spareTapes.Count > 0 ? spareTapes.Pop() : new Tape<T>(Device, Selections);
        inner.DetectAnomalies = DetectAnomalies;
        segmentTapes.Add(inner);
        Var<T>[] leaves = new Var<T>[inputs.Length];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = inner.AddLeaf(values[inputs[i].Node], needsGradient[inputs[i].Node]);
        inner.WasRead = false;
        Var<T> output = segment(leaves);
        inner.Check(output);
        WasRead |= inner.WasRead;
        Compares |= inner.Compares;

        Parameter<T>[] parameters = [.. inner.parameterNodes.OrderBy(entry => entry.Value).Select(entry => entry.Key)];
        Var<T>[] outer = [.. inputs, .. parameters.Select(Parameter)];
        Var<T>[] inside = [.. leaves, .. parameters.Select(inner.Parameter)];
        return Record(new Segment<T>(inner, inside, output), outer);
    }

    /// <summary>As <see cref="Checkpoint(ReadOnlySpan{Var{T}}, Func{Var{T}[], Var{T}})"/>, of one input.</summary>
    /// <param name="input">What the part takes from this tape.</param>
    /// <param name="segment">From the input to the output.</param>
    public Var<T> Checkpoint(Var<T> input, Func<Var<T>, Var<T>> segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return Checkpoint([input], inside => segment(inside[0]));
    }

    private void ResetSegments()
    {
        foreach (Tape<T> inner in segmentTapes)
        {
            inner.Reset();
            spareTapes.Push(inner);
        }

        segmentTapes.Clear();
    }
}
