using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Gradients;
using ConservativeAD.Studies.ModelFiles;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Volume;

/// <summary>
/// Looks for the first mini-batch on which two choices at the kinks of a network give different gradients, and counts its kinks layer by layer.
/// Gradients can differ only where an operation is at a kink, so only mini-batches with one get reverse passes.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
/// <param name="settings">The settings.</param>
/// <param name="images">The images, in the number given by the settings.</param>
/// <param name="device">The device.</param>
/// <param name="model">The model of ONNX; null for networks of the program's own.</param>
internal sealed class KinkZoneTest<T>(KinkVolumeSettings settings, ImageSet images, Device device, (ModelSource Source, ModelImages Images)? model = null)
    : IKinkZoneTest
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly KinkChoice choice = KinkChoice.Of(settings.Kink);
    private readonly Tape<T> tape = new(device, KinkChoice.Of(settings.Kink).First);
    private readonly LabelledBatches<T> batches = new(images, settings.Side);
    private OnnxNetwork<T>? loaded;

    public KinkOutcome Test(int index, bool everyBatch, Action? progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int[] order = new int[images.Count];
        Philox.For(settings.Seed, (uint)Streams.KinkOrders, settings.IsByBatch ? 0 : (ulong)index).Permutation(order);
        IEnumerable<int> places = settings.IsByBatch ? [index] : Enumerable.Range(0, settings.After[^1]);
        using IZoneNetwork<T> network = Make(index);
        int? hit = null;
        GradientDifference? difference = null;
        IReadOnlyList<LayerKinks> layers = [];
        int number = 0;
        foreach (Var<T> loss in network.Losses(places.Select(place => BlockOf(order, place))))
        {
            cancellation.ThrowIfCancellationRequested();
            number++;
            layers = network.Count(layers, out bool hasKinks);
            if (hit is null && (hasKinks || everyBatch) && Compare(loss, network.Parameters) is { } found)
                (hit, difference) = (number, found);
            progress?.Invoke();
        }

        return new KinkOutcome(settings.Precisions.First(bits => (Precision)bits == PrecisionOf()), index, hit, difference, layers,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose() => tape.Dispose();

    private static Precision PrecisionOf() =>
        typeof(T) == typeof(Half) ? Precision.Half : typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private IZoneNetwork<T> Make(int index)
    {
        if (model is not { } given)
            return new LayerNetwork<T>(settings, batches, device, tape, index);
        loaded ??= given.Source.Load<T>(device);
        given.Source.DrawInto(loaded, index);
        return new ModelNetwork<T>(settings.Model!, choice, given.Images, loaded, tape);
    }

    // The images of a mini-batch: one pass after another in the same order.
    private int[] BlockOf(int[] order, int place)
    {
        long first = (long)place * settings.Batch;
        return [.. Enumerable.Range(0, settings.Batch).Select(i => order[(first + i) % order.Length])];
    }

    private GradientDifference? Compare(Var<T> loss, IReadOnlyList<Parameter<T>> parameters)
    {
        T[][] first = Gradients(loss, parameters, choice.First), second = Gradients(loss, parameters, choice.Second);
        return GradientDifference.SameBits(first, second) ? null : GradientDifference.Of(first, second);
    }

    private T[][] Gradients(Var<T> loss, IReadOnlyList<Parameter<T>> parameters, Selections selections)
    {
        Gradients<T> gradients = tape.Backward(loss, selections);
        return [.. parameters.Select(parameter => gradients.Of(parameter).ToArray())];
    }
}
