using System.Numerics;
using ConservativeAD.Distributed.Reduction;
using ConservativeAD.Kernels;

namespace ConservativeAD.Distributed;

/// <summary>
/// Arrays that a network changes while it runs, such as running means. One after another, micro-batches would leave what depends on their order and on the
/// ranks; so each starts from the same, and the step ends at their weighted mean, summed by the tree.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class RunningStatistics<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (string Name, NDArray<T> Value)[] buffers;

    // The weights of a step add up to 1, but for their rounding.
    private const double WeightTolerance = 0.01;

    // What the buffers were before the step, and a 1 whose sum is that of the weights.
    private readonly Parameter<T>[] before;
    private readonly Parameter<T> one;
    private readonly GradientSums<T> sums;

    public RunningStatistics(Communicator communicator, (string Name, NDArray<T> Value)[] buffers, DataParallelOptions options)
    {
        this.buffers = buffers;
        before = [.. buffers.Select(buffer => new Parameter<T>(buffer.Name, buffer.Value.Device, buffer.Value.Shape))];
        one = new Parameter<T>("weights", before[0].Value.Device, [1], [T.One]);
        ParameterLayout<T> layout = new([.. before, one]);
        sums = GradientSums<T>.Of(communicator, options.MicroBatches, layout, layout.EvenSegments(communicator.Size, options.BucketElements), true, 1);
        StartFromBuffers();
        ParameterMessages.Broadcast(communicator, before);
        Reset();
    }

    /// <summary>The arrays.</summary>
    public IReadOnlyList<(string Name, NDArray<T> Value)> Buffers => buffers;

    /// <summary>Takes what a micro-batch left, and sets the arrays back.</summary>
    public void TakeMicroBatch(double weight)
    {
        sums.BeginMicroBatch();
        sums.Take(buffers.Length, one.Value, weight);
        for (int i = buffers.Length - 1; i >= 0; i--)
            sums.Take(i, buffers[i].Value, weight);
        sums.EndMicroBatch();
        Reset();
    }

    /// <summary>Ends the step.</summary>
    public void Step()
    {
        sums.Finish();
        sums.Write(buffers.Length, one.Value);
        double weights = double.CreateChecked(one.Value.GetScalar());
        one.Value.Device.Fill(one.Value, T.One);
        if (!(Math.Abs(weights - 1) <= WeightTolerance))
            throw new InvalidOperationException($"The weights of the step's micro-batches add up to {weights:G6}; where a network has running statistics they "
                + "add up to 1, since these become their weighted mean. Put another factor into the loss.");
        for (int i = 0; i < buffers.Length; i++)
            sums.Write(i, before[i].Value);
        Reset();
    }

    /// <summary>Begins from what the arrays hold now.</summary>
    public void StartFromBuffers()
    {
        for (int i = 0; i < buffers.Length; i++)
            buffers[i].Value.Device.Copy(buffers[i].Value, before[i].Value);
    }

    public void Dispose()
    {
        sums.Dispose();
        foreach (Parameter<T> kept in (ReadOnlySpan<Parameter<T>>)[.. before, one])
            kept.Value.Device.Return(kept.Value);
    }

    private void Reset()
    {
        for (int i = 0; i < buffers.Length; i++)
            before[i].Value.Device.Copy(before[i].Value, buffers[i].Value);
    }
}
