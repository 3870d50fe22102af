using System.Numerics;

namespace ConservativeAD.Studies.Gradients;

/// <summary>Which operations of a recorded step belong to which layer, so that kinks are counted layer by layer.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class LayerSpans<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // For each layer: its first operation, the one after it, and the elements of its value.
    private readonly List<(int From, int To, long Elements)> spans = [];

    /// <summary>Begins another step.</summary>
    public void Clear() => spans.Clear();

    /// <summary>Records a layer.</summary>
    /// <param name="from">The number of operations recorded before it.</param>
    /// <param name="value">Its value, recorded last.</param>
    public void Add(int from, Var<T> value) => spans.Add((from, value.Tape.Count, value.Shape.Count));

    /// <summary>Adds the kinks of the recorded step.</summary>
    /// <param name="tape">The tape that recorded it.</param>
    /// <param name="before">The layers so far; empty at the first step.</param>
    /// <param name="hasKinks">Whether an operation of some layer was at a kink.</param>
    /// <returns>The layers with this step.</returns>
    public IReadOnlyList<LayerKinks> Count(Tape<T> tape, IReadOnlyList<LayerKinks> before, out bool hasKinks)
    {
        long[] atKink = new long[spans.Count];
        if (tape.CountKinks() > 0)
        {
            foreach (OperationKinks met in tape.Census(0).Operations)
            {
                int layer = spans.FindIndex(span => met.Node >= span.From && met.Node < span.To);
                if (layer >= 0)
                    atKink[layer] += met.Count;
            }
        }

        hasKinks = atKink.Any(count => count > 0);
        return [.. spans.Select((span, i) => new LayerKinks((i < before.Count ? before[i].Evaluations : 0) + span.Elements,
            (i < before.Count ? before[i].AtKink : 0) + atKink[i]))];
    }
}
