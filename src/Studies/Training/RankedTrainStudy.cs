using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using ConservativeAD.Distributed;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Ranks;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>
/// Trains a network on the ranks of a job: each computes its micro-batches of every mini-batch, from its own images, and its part of the test. The bits depend
/// on the number of micro-batches and not on that of ranks, which may be another after a restart.
/// </summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal sealed class RankedTrainStudy<T> : TrainStudy<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JobRanks ranks;
    private readonly Communicator communicator;
    private readonly JournalHeader header;
    private readonly MicroBatchOrder order;
    private readonly byte[] stops;
    private DataParallelOptimizer<T>? optimizer;

    /// <summary>Makes the network on one rank.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="train">The training images.</param>
    /// <param name="test">The test images.</param>
    /// <param name="device">The device of this rank.</param>
    /// <param name="ranks">The ranks.</param>
    public RankedTrainStudy(TrainSettings settings, ImageSet train, ImageSet test, Device device, JobRanks ranks)
        : base(settings, train, test, device)
    {
        this.ranks = ranks;
        communicator = ranks.Communicator;
        header = new JournalHeader(JournalOrigin.Of("train", Shard.Whole, train, test), ResultsJson.WriteLine(settings));
        order = new MicroBatchOrder(train.Count, settings.Batch, settings.MicroBatches, settings.Seed);
        stops = new byte[communicator.Size];
    }

    private DataParallelOptimizer<T> Parallel => optimizer ?? throw new InvalidOperationException("The training has not begun.");

    protected override IReadOnlyList<EpochResult> Begin(string folder, bool resume)
    {
        string path = Path.Combine(folder, Checkpoint.FileName);
        IReadOnlyList<EpochResult> epochs = [];

        // Rank 0 says what is wrong with a checkpoint; the others get one that is sound.
        byte[] bytes = ranks.Begin(header, () =>
        {
            byte[] found = resume && File.Exists(path) ? File.ReadAllBytes(path) : [];
            epochs = Put(found, path);
            return found;
        });
        if (!ranks.IsFirst)
            epochs = Put(bytes, path);
        optimizer = new DataParallelOptimizer<T>(communicator, Optimizer, new DataParallelOptions { MicroBatches = Settings.MicroBatches }, Network.Buffers);
        return epochs;
    }

    protected override void Save(string folder, IReadOnlyList<EpochResult> epochs)
    {
        if (ranks.IsFirst)
            base.Save(folder, epochs);
        communicator.Barrier();
    }

    protected override EpochResult RunEpoch(int epoch, Action<TrainingStep> progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp(), first = (epoch - 1L) * Steps, zeros = 0;
        int count = Parallel.MicroBatchCount;
        double[] losses = new double[count], rights = new double[count];
        TrainingScore score = default;
        using IEnumerator<Batch<T>> batches = TrainImages.InBlocks(Own(first)).GetEnumerator();
        for (int step = 0; step < Steps; step++)
        {
            StopTogether(cancellation);
            for (int i = 0; i < count; i++)
            {
                int micro = Parallel.FirstMicroBatch + i;
                (losses[i], rights[i]) = (0, 0);
                if (order.Of(first + step, micro).IsEmpty)
                {
                    Parallel.AddNothing();
                    continue;
                }

                batches.MoveNext();
                Tape.Reset();
                TrainingScore own = default;
                Var<T> loss = Forward(TrainImages, batches.Current, Mode.Training, ref own, out _);
                (losses[i], rights[i]) = (own.LossSum, own.Right);
                zeros += ZerosOfRelus();
                Parallel.Backward(Tape, loss, order.WeightOf(first + step, micro));
            }

            int images = Math.Min(order.Batch, order.Examples - (step * order.Batch));
            double sum = Parallel.SumOverMicroBatches(losses);
            if (!double.IsFinite(sum))
                ranks.FailTogether(NotANumber(epoch, step + 1, sum / images));
            score = new TrainingScore(score.LossSum + sum, score.Right + (long)Parallel.SumOverMicroBatches(rights), score.Images + images);
            Parallel.Step();
            progress(new TrainingStep(epoch, step + 1, Steps, score.Loss, score.Accuracy));
        }

        TrainingScore tested = Tested(() => Test(cancellation));
        return new EpochResult(epoch, score.Loss, score.Accuracy, tested.Loss, tested.Accuracy, Stopwatch.GetElapsedTime(start).TotalSeconds, SumOf(zeros));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            optimizer?.Dispose();
        base.Dispose(disposing);
    }

    private IReadOnlyList<EpochResult> Put(byte[] bytes, string path)
    {
        if (bytes.Length == 0)
            return [];
        using MemoryStream file = new(bytes, writable: false);
        return Checkpoint.Load(file, path, Settings, Network, Optimizer);
    }

    // The images of this rank's micro-batches in an epoch, in order.
    private IEnumerable<int[]> Own(long first)
    {
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < Parallel.MicroBatchCount; i++)
            {
                if (order.Of(first + step, Parallel.FirstMicroBatch + i) is { IsEmpty: false } images)
                    yield return images.ToArray();
            }
        }
    }

    // Every rank tests its batches, and adds up those of all in their order.
    private TrainingScore Test(CancellationToken cancellation)
    {
        int[][] blocks = [.. Enumerable.Range(0, TestImages.Count).Chunk(TestBatch)];
        int rounds = (blocks.Length + communicator.Size - 1) / communicator.Size;
        TrainingScore[] own = new TrainingScore[rounds], all = new TrainingScore[rounds * communicator.Size];
        using IEnumerator<Batch<T>> batches = TestImages.InBlocks(blocks.Where((_, block) => block % communicator.Size == communicator.Rank)).GetEnumerator();
        for (int round = 0; round < rounds; round++)
        {
            StopTogether(cancellation);
            if (!batches.MoveNext())
                continue;
            Tape.Reset();
            Forward(TestImages, batches.Current, Mode.Evaluation, ref own[round], out _);
        }

        Tape.Reset();
        communicator.AllGather<TrainingScore>(own, all);
        TrainingScore score = default;
        for (int block = 0; block < blocks.Length; block++)
        {
            TrainingScore part = all[((block % communicator.Size) * rounds) + (block / communicator.Size)];
            score = new TrainingScore(score.LossSum + part.LossSum, score.Right + part.Right, score.Images + part.Images);
        }

        return score;
    }

    private long SumOf(long own)
    {
        long[] all = new long[communicator.Size];
        communicator.AllGather<long>([own], all);
        return all.Sum();
    }

    // All stop at the same step where one is told to.
    private void StopTogether(CancellationToken cancellation)
    {
        byte own = cancellation.IsCancellationRequested ? (byte)1 : (byte)0;
        communicator.AllGather<byte>(MemoryMarshal.CreateReadOnlySpan(ref own, 1), stops);
        if (stops.AsSpan().Contains((byte)1))
            throw new OperationCanceledException(cancellation);
    }
}
