using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Volume;

/// <summary>The mini-batches that get two reverse passes.</summary>
internal enum BifurcationProcedure
{
    /// <summary>Those with a relu at exactly 0; the others cannot differ.</summary>
    ExactZerosFirst,

    /// <summary>All, as in the published experiment, at several times the cost. Tests compare with it.</summary>
    EveryBatch,
}

/// <summary>
/// Whether a network lies in the bifurcation zone S₀₁: whether backpropagation with relu'(0) = 0 and with relu'(0) = 1 differ, bit for bit, on some
/// mini-batch (Bertoin, Bolte, Gerchinovitz, Pauwels, NeurIPS 2021).
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class BifurcationTest<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Selections Zero = Selections.PyTorch with { ReluAtZero = 0 };
    private static readonly Selections One = Selections.PyTorch with { ReluAtZero = 1 };

    private readonly Tape<T> tape;
    private readonly IZeroScreen<T>? screen;
    private readonly DeviceZeroScreen<T> deviceScreen;
    private readonly RandomPerceptron<T> network;
    private readonly T[][] gradientsAtZero;
    private readonly T[] gradientAtOne;
    private readonly int evaluationsPerImage;

    /// <summary>Prepares the test of networks of one extent.</summary>
    /// <param name="device">The device.</param>
    /// <param name="pixels">The pixels of an image.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="depth">Hidden layers.</param>
    /// <param name="width">Their width.</param>
    /// <param name="screened">The mini-batches that networks will be tested on; null to count on the device, for many mini-batches at a time.</param>
    public BifurcationTest(Device device, int pixels, int classes, int depth, int width, ScreenedImages<T>? screened)
    {
        tape = new Tape<T>(device);
        network = new RandomPerceptron<T>(device, pixels, classes, depth, width);
        screen = screened?.Screen(device, network);
        deviceScreen = new DeviceZeroScreen<T>(device, network);
        gradientsAtZero = [.. network.Parameters.Select(parameter => new T[parameter.Shape.Count])];
        gradientAtOne = new T[gradientsAtZero.Max(gradient => gradient.Length)];
        evaluationsPerImage = depth * width;
    }

    /// <summary>Tests one network until it is known whether it is a hit and whether the first layer shows it, or until the images end.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="index">The index of the network for this seed.</param>
    /// <param name="images">Images × pixels.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="batch">Images in a mini-batch; the last one may be smaller.</param>
    /// <param name="procedure">The mini-batches that get two reverse passes.</param>
    /// <param name="cancellation">Checked at every mini-batch.</param>
    public NetworkOutcome Test(ulong seed, int index, in NDArray<T> images, in NDArray<int> labels, int batch,
        BifurcationProcedure procedure, CancellationToken cancellation)
    {
        network.Draw(seed, index);
        screen?.Begin();
        ReadOnlySpan<int> counted = [];
        int firstCounted = 0;
        long evaluations = 0, zeros = 0;
        bool hit = false, firstLayerHit = false;
        for (int start = 0; start < labels.Count && !(hit && firstLayerHit); start += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = Math.Min(batch, labels.Count - start);
            int place = start / batch;
            if (screen is null && place >= firstCounted + counted.Length)
            {
                counted = deviceScreen.Count(images, start, batch);
                firstCounted = place;
            }

            long found = screen?.Count(place) ?? counted[place - firstCounted];
            evaluations += (long)length * evaluationsPerImage;
            zeros += found;
            if (found > 0 || procedure == BifurcationProcedure.EveryBatch)
            {
                tape.Reset();
                Compare(network.Loss(tape, images.Slice(0, start, length), labels.Slice(0, start, length)), ref hit, ref firstLayerHit);
            }
        }

        tape.Reset();
        return new NetworkOutcome(1, hit ? 1 : 0, firstLayerHit ? 1 : 0, evaluations, zeros);
    }

    public void Dispose()
    {
        tape.Dispose();
        screen?.Dispose();
        foreach (Parameter<T> parameter in network.Parameters)
            tape.Device.Return(parameter.Value);
    }

    private void Compare(Var<T> loss, ref bool hit, ref bool firstLayerHit)
    {
        Gradients<T> gradients = tape.Backward(loss, Zero);
        for (int p = 0; p < gradientsAtZero.Length; p++)
            gradients.Of(network.Parameters[p]).CopyTo(gradientsAtZero[p]);
        gradients = tape.Backward(loss, One);
        for (int p = 0; p < gradientsAtZero.Length; p++)
        {
            Span<T> atOne = gradientAtOne.AsSpan(0, gradientsAtZero[p].Length);
            gradients.Of(network.Parameters[p]).CopyTo(atOne);
            if (MemoryMarshal.AsBytes(atOne).SequenceEqual(MemoryMarshal.AsBytes<T>(gradientsAtZero[p])))
                continue;
            hit = true;
            firstLayerHit |= p == 0;
        }
    }
}
