using ConservativeAD.Distributed.Reduction;
using ConservativeAD.Kernels;

namespace ConservativeAD.Distributed;

/// <summary>
/// Which examples each micro-batch of each step has. The order of an epoch is drawn from the seed and the epoch alone, so that every rank finds the examples of
/// its own micro-batches, for any number of ranks and after a restart, without asking others.
/// </summary>
public sealed class MicroBatchOrder
{
    private readonly ulong seed;
    private readonly int[] order;
    private long epochOfOrder = -1;

    /// <summary>Divides examples.</summary>
    /// <param name="examples">The number of examples; at least 1.</param>
    /// <param name="batch">The examples of a step, over all ranks; at least 1.</param>
    /// <param name="microBatches">The micro-batches of a step; at least 1.</param>
    /// <param name="seed">The seed of the orders.</param>
    public MicroBatchOrder(int examples, int batch, int microBatches, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatches, 1);
        (Examples, Batch, MicroBatches, this.seed) = (examples, Math.Min(batch, examples), microBatches, seed);
        order = new int[examples];
    }

    /// <summary>The number of examples.</summary>
    public int Examples { get; }

    /// <summary>The examples of a step; the last step of an epoch may have fewer.</summary>
    public int Batch { get; }

    /// <summary>The micro-batches of a step.</summary>
    public int MicroBatches { get; }

    /// <summary>The steps of an epoch, in which every example occurs once.</summary>
    public int StepsPerEpoch => (Examples + Batch - 1) / Batch;

    /// <summary>The examples of a micro-batch, which may be none where a step has few. The span is valid until another epoch is asked for.</summary>
    /// <param name="step">The step, from 0 on over all epochs.</param>
    /// <param name="microBatch">The micro-batch, from 0 to before <see cref="MicroBatches"/>.</param>
    public ReadOnlySpan<int> Of(long step, int microBatch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (microBatch < 0 || microBatch >= MicroBatches)
            throw new ArgumentOutOfRangeException(nameof(microBatch), microBatch, $"A step has the micro-batches from 0 to {MicroBatches - 1}.");
        Draw(step / StepsPerEpoch);
        (int first, int count) = RangeOf(step);
        (int from, int end) = MicroBatchTree.PartOf(count, microBatch, MicroBatches);
        return order.AsSpan(first + from, end - from);
    }

    /// <summary>The share of a micro-batch's examples in those of its step, which is its weight in the mean over the step's examples.</summary>
    /// <param name="step">The step.</param>
    /// <param name="microBatch">The micro-batch.</param>
    public double WeightOf(long step, int microBatch) => Of(step, microBatch).Length / (double)RangeOf(step).Count;

    private (int First, int Count) RangeOf(long step)
    {
        int first = (int)(step % StepsPerEpoch) * Batch;
        return (first, Math.Min(Batch, Examples - first));
    }

    private void Draw(long epoch)
    {
        if (epoch == epochOfOrder)
            return;
        Philox.For(seed, (uint)Streams.ExampleOrder, (ulong)epoch).Permutation(order);
        epochOfOrder = epoch;
    }
}
