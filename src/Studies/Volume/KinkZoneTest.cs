using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
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

    private readonly LayerSpans<T> spans = new();

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
        int? hit = null;
        GradientDifference? difference = null;
        IReadOnlyList<LayerKinks> layers = [];
        int number = 0;
        try
        {
            foreach (Batch<T> batch in batches.InBlocks(Enumerable.Range(0, settings.After[^1]).Select(place => BlockOf(order, place))))
            {
                cancellation.ThrowIfCancellationRequested();
                number++;
                tape.Reset();
                spans.Clear();
                Var<T> loss = Forward(network, tape.Constant(batches.ShapeOf(batch.Count), batch.Pixels)).CrossEntropy(batch.Labels);
                layers = spans.Count(tape, layers, out bool hasKinks);
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

    // The images of a mini-batch: one pass after another in the same order.
    private int[] BlockOf(int[] order, int place)
    {
        long first = (long)place * settings.Batch;
        return [.. Enumerable.Range(0, settings.Batch).Select(i => order[(first + i) % order.Length])];
    }

    private Var<T> Activate(Var<T> x)
    {
        int from = tape.Count;
        Var<T> y = choice.Apply(x);
        if (choice.Name != KinkName.MaxPool)
            spans.Add(from, y);
        return y;
    }

    private Var<T> Forward(Sequential<T> network, Var<T> x)
    {
        foreach (Module<T> module in network.Modules)
        {
            int from = tape.Count;
            x = module.Forward(x);
            if (choice.Name == KinkName.MaxPool && module is MaxPool2d<T>)
                spans.Add(from, x);
        }

        return x;
    }

    private GradientDifference? Compare(Var<T> loss, Parameter<T>[] parameters)
    {
        T[][] first = Gradients(loss, parameters, choice.First), second = Gradients(loss, parameters, choice.Second);
        return GradientDifference.SameBits(first, second) ? null : GradientDifference.Of(first, second);
    }

    private T[][] Gradients(Var<T> loss, Parameter<T>[] parameters, Selections selections)
    {
        Gradients<T> gradients = tape.Backward(loss, selections);
        return Array.ConvertAll(parameters, parameter => gradients.Of(parameter).ToArray());
    }
}
