using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// Looks for the first mini-batch on which two choices at the kinks of a random network give different gradients, and counts its kinks layer by layer.
/// Gradients can differ only where an operation is at a kink, so only mini-batches with one get reverse passes.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="settings">The settings.</param>
/// <param name="images">The images, in the number given by the settings.</param>
/// <param name="device">The device.</param>
internal sealed class KinkZoneTest<T>(KinkVolumeSettings settings, ImageSet images, Device device) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KinkChoice choice = KinkChoice.Of(settings.Kink);
    private readonly Tape<T> tape = new(device, KinkChoice.Of(settings.Kink).First);
    private readonly LabelledBatches<T> batches = new(images, settings.Side);

    // For each layer of the step: the first node of its activation or pooling, the one after it, and the elements.
    private readonly List<(int From, int To, long Elements)> spans = [];

    /// <summary>Tests one network.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="everyBatch">Whether mini-batches without a kink get reverse passes, too; tests compare with it.</param>
    /// <param name="progress">Called after every mini-batch.</param>
    /// <param name="cancellation">Checked at every mini-batch.</param>
    public KinkOutcome Test(int index, bool everyBatch, Action? progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        Sequential<T> network = settings.Make<T>(device, index, () => new Activation<T>(Activate));
        Parameter<T>[] parameters = [.. network.Parameters];
        int[] order = new int[images.Count];
        Philox.For(settings.Seed, (uint)Streams.KinkOrders, (ulong)index).Permutation(order);
        int[] seen = [.. Enumerable.Range(0, settings.After[^1] * settings.Batch).Select(place => order[place % order.Length])];
        int? hit = null;
        GradientDifference? difference = null;
        LayerKinks[] layers = [];
        int number = 0;
        try
        {
            foreach (Batch<T> batch in batches.InOrder(seen, settings.Batch))
            {
                cancellation.ThrowIfCancellationRequested();
                number++;
                tape.Reset();
                spans.Clear();
                Var<T> loss = Forward(network, tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels)).CrossEntropy(batch.Labels);
                long[] atKink = new long[spans.Count];
                bool hasKinks = tape.CountKinks() > 0 && Count(atKink);
                layers = [.. spans.Select((span, i) => new LayerKinks((i < layers.Length ? layers[i].Evaluations : 0) + span.Elements,
                    (i < layers.Length ? layers[i].AtKink : 0) + atKink[i]))];
                if (hit is null && (hasKinks || everyBatch) && Compare(loss, parameters) is { } found)
                    (hit, difference) = (number, found);
                progress?.Invoke();
            }
        }
        finally
        {
            tape.Reset();
            foreach (Parameter<T> parameter in parameters)
                device.Return(parameter.Value);
        }

        return new KinkOutcome(settings.Precisions.First(bits => (Precision)bits == PrecisionOf()), index, hit, difference, layers,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose() => tape.Dispose();

    private static Precision PrecisionOf() =>
        typeof(T) == typeof(Half) ? Precision.Half : typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private Var<T> Activate(Var<T> x)
    {
        int from = tape.Count;
        Var<T> y = choice.Apply(x);
        if (choice.Name != KinkName.MaxPool)
            spans.Add((from, tape.Count, y.Shape.Count));
        return y;
    }

    private Var<T> Forward(Sequential<T> network, Var<T> x)
    {
        foreach (Module<T> module in network.Modules)
        {
            int from = tape.Count;
            x = module.Forward(x);
            if (choice.Name == KinkName.MaxPool && module is MaxPool2d<T>)
                spans.Add((from, tape.Count, x.Shape.Count));
        }

        return x;
    }

    // Counts the kinks of each layer; false if none of them is one of the studied kind.
    private bool Count(long[] atKink)
    {
        foreach (OperationKinks met in tape.Census(0).Operations)
        {
            int layer = spans.FindIndex(span => met.Node >= span.From && met.Node < span.To);
            if (layer >= 0)
                atKink[layer] += met.Count;
        }

        return atKink.Any(count => count > 0);
    }

    private GradientDifference? Compare(Var<T> loss, Parameter<T>[] parameters)
    {
        T[][] first = Gradients(loss, parameters, choice.First), second = Gradients(loss, parameters, choice.Second);
        if (first.Zip(second).All(pair => MemoryMarshal.AsBytes<T>(pair.First).SequenceEqual(MemoryMarshal.AsBytes<T>(pair.Second))))
            return null;
        double sum = 0, largest = 0, squares = 0, size = 0;
        foreach ((T[] a, T[] b) in first.Zip(second))
        {
            for (int i = 0; i < a.Length; i++)
            {
                double own = double.CreateTruncating(a[i]), apart = Math.Abs(own - double.CreateTruncating(b[i]));
                sum += apart;
                largest = Math.Max(largest, apart);
                squares += apart * apart;
                size += own * own;
            }
        }

        return new GradientDifference(sum, largest, size == 0 ? double.PositiveInfinity : Math.Sqrt(squares / size));
    }

    private T[][] Gradients(Var<T> loss, Parameter<T>[] parameters, Selections selections)
    {
        Gradients<T> gradients = tape.Backward(loss, selections);
        return Array.ConvertAll(parameters, parameter => gradients.Of(parameter).ToArray());
    }
}
