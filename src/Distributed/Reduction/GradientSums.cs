using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>The sums over all ranks of the gradients of some parameters, laid out one after another.</summary>
/// <typeparam name="T">The parameters' element type.</typeparam>
internal abstract class GradientSums<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Sums in the parameters' type, or in float if that is Half.</summary>
    public static GradientSums<T> Of(Communicator communicator, int microBatches, ParameterLayout<T> layout, Segment[][] segments, bool gathers,
        int channel = 0) =>
        typeof(T) == typeof(Half)
            ? new GradientSums<T, float>(communicator, microBatches, layout, segments, gathers, channel)
            : new GradientSums<T, T>(communicator, microBatches, layout, segments, gathers, channel);

    /// <summary>The number of elements that this rank sends for one sum.</summary>
    public abstract long ElementsSent { get; }

    /// <summary>Begins a micro-batch, and a sum if it is the first.</summary>
    public abstract void BeginMicroBatch();

    /// <summary>Takes a parameter's gradient of the current micro-batch.</summary>
    /// <param name="parameter">The parameter's number.</param>
    /// <param name="gradient">The gradient; contiguous or not, on any device.</param>
    /// <param name="weight">Its factor.</param>
    public abstract void Take(int parameter, in NDArray<T> gradient, double weight);

    /// <summary>Ends the micro-batch: parameters without a gradient have zeros.</summary>
    public abstract void EndMicroBatch();

    /// <summary>Waits for the sums of all ranks.</summary>
    public abstract void Finish();

    /// <summary>Writes the sum of a parameter's gradients, after <see cref="Finish"/>.</summary>
    /// <param name="parameter">The parameter's number.</param>
    /// <param name="target">The place for it.</param>
    public abstract void Write(int parameter, in NDArray<T> target);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>The sums in a given type.</summary>
/// <typeparam name="T">The parameters' element type.</typeparam>
/// <typeparam name="A">The type of the sums.</typeparam>
internal sealed class GradientSums<T, A> : GradientSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
{
    private readonly ParameterLayout<T> layout;
    private readonly Segment[][] segments;
    private readonly TreeExchange<A> exchange;
    private readonly long[] missing;
    private readonly bool[] isTaken;
    private T[] host = [];
    private int microBatches;

    public GradientSums(Communicator communicator, int microBatches, ParameterLayout<T> layout, Segment[][] segments, bool gathers, int channel)
    {
        (this.layout, this.segments) = (layout, segments);
        exchange = new TreeExchange<A>(communicator, microBatches, segments, gathers, channel);
        missing = new long[segments.Length];
        isTaken = new bool[layout.Parameters.Length];
    }

    public override long ElementsSent => exchange.ElementsSent;

    public override void BeginMicroBatch()
    {
        if (microBatches == 0)
            exchange.Begin();
        if (microBatches++ == exchange.MicroBatches)
            throw new InvalidOperationException($"This rank has {exchange.MicroBatches} micro-batches in each step, and was given one more.");
        Array.Clear(isTaken);
        for (int bucket = 0; bucket < segments.Length; bucket++)
            missing[bucket] = segments[bucket][^1].End - segments[bucket][0].Start;
    }

    public override void Take(int parameter, in NDArray<T> gradient, double weight)
    {
        if (isTaken[parameter])
            throw new InvalidOperationException($"The gradient of {layout.Parameters[parameter]} was given twice for one micro-batch.");
        isTaken[parameter] = true;
        A factor = A.CreateChecked(weight);
        ReadOnlySpan<T> elements = OnHost(gradient);
        (long start, long end) = (layout.Starts[parameter], layout.Starts[parameter + 1]);
        for (long at = start; at < end;)
        {
            int bucket = BucketAt(at);
            int length = (int)(Math.Min(end, segments[bucket][^1].End) - at);
            exchange.Take(bucket, at, elements.Slice((int)(at - start), length), factor);
            NoteTaken(bucket, length);
            at += length;
        }
    }

    public override void EndMicroBatch()
    {
        for (int parameter = layout.Parameters.Length - 1; parameter >= 0; parameter--)
        {
            if (isTaken[parameter])
                continue;
            long end = layout.Starts[parameter + 1];
            for (long at = layout.Starts[parameter]; at < end;)
            {
                int bucket = BucketAt(at);
                int length = (int)(Math.Min(end, segments[bucket][^1].End) - at);
                exchange.TakeZeros(bucket, at, length);
                NoteTaken(bucket, length);
                at += length;
            }
        }
    }

    public override void Finish()
    {
        // A rank without micro-batches still sums and receives.
        if (microBatches == 0)
            exchange.Begin();
        microBatches = 0;
        exchange.Finish();
    }

    public override void Write(int parameter, in NDArray<T> target)
    {
        ReadOnlySpan<A> sums = exchange.Sums(layout.Starts[parameter], target.Count);
        if (typeof(A) == typeof(T))
        {
            target.CopyFrom(MemoryMarshal.Cast<A, T>(sums));
            return;
        }

        Span<T> rounded = Host(target.Count);
        TensorPrimitives.ConvertToHalf(MemoryMarshal.Cast<A, float>(sums), MemoryMarshal.Cast<T, Half>(rounded));
        target.CopyFrom(rounded);
    }

    public override void Dispose() => exchange.Dispose();

    private void NoteTaken(int bucket, int length)
    {
        missing[bucket] -= length;
        if (missing[bucket] == 0)
            exchange.CompleteMicroBatch(bucket);
    }

    private int BucketAt(long position)
    {
        (int low, int high) = (0, segments.Length - 1);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (segments[middle][^1].End <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private ReadOnlySpan<T> OnHost(in NDArray<T> gradient)
    {
        if (gradient.IsContiguous && gradient.Device is CpuDevice)
            return gradient.AsSpan();
        Span<T> copy = Host(gradient.Count);
        gradient.CopyTo(copy);
        return copy;
    }

    private Span<T> Host(int length)
    {
        if (host.Length < length)
            host = new T[length];
        return host.AsSpan(0, length);
    }
}
