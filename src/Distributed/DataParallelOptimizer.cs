using System.Numerics;
using ConservativeAD.Distributed.Reduction;
using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Distributed;

/// <summary>
/// Steps an optimiser on all ranks from the gradients of micro-batches that the ranks share out. Gradients are summed along a balanced tree over the
/// micro-batches, so parameters and states have the same bits after every step for any number of ranks, one included.
/// </summary>
/// <remarks>
/// <para>
/// A step: for each of the rank's micro-batches, <see cref="MicroBatchCount"/> from <see cref="FirstMicroBatch"/> on, record its loss and call
/// <see cref="Backward(Tape{T}, Var{T}, double?)"/> on it; then <see cref="Step"/>. Gradients are sent while the reverse pass goes on. A parameter that some
/// micro-batch of some rank used has a gradient; where others did not use it, theirs is 0.
/// </para>
/// <para>
/// All ranks make the same calls in the same order, and their programs give the same bits for the same micro-batch; so they run on processors with the same
/// instruction sets. Sums of gradients of Half are floats, rounded once.
/// </para>
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class DataParallelOptimizer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Communicator communicator;
    private readonly ParameterLayout<T> layout;
    private readonly GradientSums<T> sums;
    private readonly Receiver receiver;
    private readonly RunningStatistics<T>? statistics;
    private readonly StateShards<T>? shards;
    private readonly NDArray<T>[] gradients;
    private readonly byte[] isUsed, isUsedBy;
    private readonly double[] numbers;
    private int given;

    /// <summary>Joins the ranks' optimisers. All ranks get the parameters of rank 0.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="optimizer">The optimiser, made in the same way on every rank. It is stepped by this object only.</param>
    /// <param name="options">How to sum and step.</param>
    /// <param name="buffers">
    /// The arrays that the network itself changes while it runs, such as running statistics (<c>Module.Buffers</c>); none if null. Each micro-batch starts from
    /// those before the step, and after the step they are the weighted mean of what the micro-batches left.
    /// </param>
    /// <exception cref="ArgumentException">The ranks have other parameters than rank 0, or the optimiser's states cannot be sharded.</exception>
    public DataParallelOptimizer(Communicator communicator, IOptimizer<T> optimizer, DataParallelOptions options,
        IEnumerable<(string Name, NDArray<T> Value)>? buffers = null)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(options);
        (this.communicator, Optimizer, Options) = (communicator, optimizer, options);
        layout = new ParameterLayout<T>(optimizer.Parameters);
        CheckSameProgram();
        (FirstMicroBatch, int end) = MicroBatchTree.PartOf(options.MicroBatches, communicator.Rank, communicator.Size);
        MicroBatchCount = end - FirstMicroBatch;
        int[]? owners = null;
        if (options.ShardsStates && communicator.Size > 1)
        {
            owners = layout.Owners(communicator.Size);
            shards = new StateShards<T>(communicator, layout, owners, optimizer);
        }

        Segment[][] segments = owners is null
            ? layout.EvenSegments(communicator.Size, options.BucketElements)
            : layout.OwnedSegments(owners, options.BucketElements);
        sums = GradientSums<T>.Of(communicator, options.MicroBatches, layout, segments, owners is null);
        receiver = new Receiver(this);
        gradients = new NDArray<T>[layout.Parameters.Length];
        isUsed = new byte[layout.Parameters.Length];
        isUsedBy = new byte[(long)layout.Parameters.Length * communicator.Size];
        numbers = new double[options.MicroBatches];
        for (int i = 0; i < gradients.Length; i++)
        {
            if (owners is null || owners[i] == communicator.Rank)
                gradients[i] = layout.Parameters[i].Value.Device.Allocate<T>(layout.Parameters[i].Shape);
        }

        ParameterMessages.Broadcast(communicator, layout.Parameters);
        if (buffers?.ToArray() is { Length: > 0 } own)
            statistics = new RunningStatistics<T>(communicator, own, options);
        if (optimizer is not MixedPrecision mixed)
            return;
        ParameterMessages.Broadcast(communicator, mixed.Masters);
        mixed.Round();
    }

    /// <summary>The optimiser.</summary>
    public IOptimizer<T> Optimizer { get; }

    /// <summary>How gradients are summed and steps are made.</summary>
    public DataParallelOptions Options { get; }

    /// <summary>The first micro-batch of this rank.</summary>
    public int FirstMicroBatch { get; }

    /// <summary>The number of micro-batches of this rank, which may be 0.</summary>
    public int MicroBatchCount { get; }

    /// <summary>The bytes that this rank sends for the gradients of one step.</summary>
    public long GradientBytesSent => sums.ElementsSent * (typeof(T) == typeof(double) ? sizeof(double) : sizeof(float));

    /// <summary>The parameters whose states this rank keeps: all, unless states are sharded.</summary>
    public IEnumerable<Parameter<T>> OwnParameters => layout.Parameters.Where((_, i) => !gradients[i].IsNone);

    /// <summary>The reverse pass of one of this rank's micro-batches, whose gradients are added to the step's.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="loss">The micro-batch's loss, one number.</param>
    /// <param name="weight">Its weight in the step's loss; 1 by the number of micro-batches if null. Where micro-batches have different numbers of examples it
    /// is their share of the examples.</param>
    /// <exception cref="InvalidOperationException">The rank has had all its micro-batches of this step.</exception>
    public void Backward(Tape<T> tape, Var<T> loss, double? weight = null)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (loss.Shape.Count != 1)
            throw new ArgumentException($"A loss is one number; one of shape {loss.Shape} needs a reduction first (Sum, Mean).", nameof(loss));
        double share = BeginMicroBatch(weight);
        receiver.Begin(share);
        NDArray<T> seed = default;
        if (Optimizer is MixedPrecision mixed)
        {
            seed = tape.Device.Allocate<T>(loss.Shape);
            tape.Device.Fill(seed, T.CreateChecked(mixed.Scale));
        }

        Gradients<T> pulled = tape.Backward(loss, seed, receiver);
        if (!seed.IsNone)
            tape.Device.Return(seed);
        NoteUsed(pulled);
        sums.EndMicroBatch();
        statistics?.TakeMicroBatch(share);
    }

    /// <summary>Adds gradients of one of this rank's micro-batches that were computed otherwise.</summary>
    /// <typeparam name="TGradients">The source of the gradients.</typeparam>
    /// <param name="source">The gradients; parameters without one have 0.</param>
    /// <param name="weight">The micro-batch's weight; 1 by the number of micro-batches if null.</param>
    /// <exception cref="InvalidOperationException">The rank has had all its micro-batches of this step.</exception>
    public void Add<TGradients>(TGradients source, double? weight = null)
        where TGradients : IGradientSource<T>
    {
        double share = BeginMicroBatch(weight);
        for (int i = layout.Parameters.Length - 1; i >= 0; i--)
        {
            if (!source.Has(layout.Parameters[i]))
                continue;
            isUsed[i] = 1;
            sums.Take(i, source.Of(layout.Parameters[i]), share);
        }

        sums.EndMicroBatch();
        statistics?.TakeMicroBatch(share);
    }

    /// <summary>Adds one of this rank's micro-batches that has no examples.</summary>
    public void AddNothing()
    {
        BeginMicroBatch(0);
        sums.EndMicroBatch();
        statistics?.TakeMicroBatch(0);
    }

    /// <summary>Steps on all ranks, when all micro-batches were given.</summary>
    /// <returns>Whether the step was taken, the same on all ranks; false if the optimiser skips it because a gradient is not finite.</returns>
    /// <exception cref="InvalidOperationException">This rank has not given all its micro-batches.</exception>
    public bool Step()
    {
        if (given != MicroBatchCount)
            throw new InvalidOperationException($"Rank {communicator.Rank} has given {given} of its {MicroBatchCount} micro-batches of this step.");
        given = 0;
        sums.Finish();
        statistics?.Step();
        ShareUse();
        for (int i = 0; i < gradients.Length; i++)
        {
            if (!gradients[i].IsNone && isUsed[i] != 0)
                sums.Write(i, gradients[i]);
        }

        bool isTaken = Optimizer.StepFrom(new Source(this));
        Array.Clear(isUsed);
        if (isTaken)
            shards?.GatherParameters();
        return isTaken;
    }

    /// <summary>The sum over all micro-batches of a number that each has, such as its loss or its correct answers, with the same bits for any number of
    /// ranks.</summary>
    /// <param name="own">The numbers of this rank's micro-batches.</param>
    public double SumOverMicroBatches(params ReadOnlySpan<double> own)
    {
        if (own.Length != MicroBatchCount)
            throw new ArgumentException($"Rank {communicator.Rank} has {MicroBatchCount} micro-batches; {own.Length} numbers were given.", nameof(own));
        own.CopyTo(numbers.AsSpan(FirstMicroBatch));
        Span<long> starts = stackalloc long[communicator.Size + 1];
        for (int rank = 0; rank < communicator.Size; rank++)
            starts[rank + 1] = MicroBatchTree.PartOf(numbers.Length, rank, communicator.Size).End;
        communicator.AllGatherBlocks<double>(numbers, starts);
        return MicroBatchTree.Sum(numbers);
    }

    /// <summary>
    /// Saves parameters and states in one safetensors file, which rank 0 writes, completely or not at all. Any number of ranks, sharded or not, can go on from
    /// it with the same bits.
    /// </summary>
    /// <param name="path">The file on rank 0; an existing one is replaced.</param>
    /// <param name="notes">Strings of the program to keep with them, such as its settings and place; those of rank 0 are kept.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? notes = null) =>
        DistributedCheckpoint.Save(communicator, path, Optimizer, Buffers, notes ?? new Dictionary<string, string>());

    /// <summary>Loads what <see cref="Save"/> wrote: rank 0 reads the file, and gives it to all.</summary>
    /// <param name="path">The file on rank 0.</param>
    /// <returns>The program's strings; null if there is no such file, and nothing has changed.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or is of another network or optimiser; nothing has changed then.</exception>
    public IReadOnlyDictionary<string, string>? Load(string path)
    {
        Dictionary<string, string>? notes = DistributedCheckpoint.Load(communicator, path, Optimizer, Buffers);
        statistics?.StartFromBuffers();
        return notes;
    }

    /// <summary>Releases the memory of the sums.</summary>
    public void Dispose()
    {
        sums.Dispose();
        statistics?.Dispose();
        shards?.Dispose();
        foreach (NDArray<T> gradient in gradients)
        {
            if (!gradient.IsNone)
                gradient.Device.Return(gradient);
        }

        Array.Clear(gradients);
    }

    private IReadOnlyList<(string Name, NDArray<T> Value)> Buffers => statistics?.Buffers ?? [];

    private double BeginMicroBatch(double? weight)
    {
        if (given == MicroBatchCount)
            throw new InvalidOperationException($"Rank {communicator.Rank} has {MicroBatchCount} micro-batches in a step, from {FirstMicroBatch} on of "
                + $"{Options.MicroBatches}, and was given one more before {nameof(Step)}.");
        double share = weight ?? 1.0 / Options.MicroBatches;
        if (!double.IsFinite(share))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, $"A weight is finite; {weight} was given.");
        given++;
        sums.BeginMicroBatch();
        return share;
    }

    private void NoteUsed(Gradients<T> pulled)
    {
        for (int i = 0; i < isUsed.Length; i++)
        {
            if (pulled.Has(layout.Parameters[i]))
                isUsed[i] = 1;
        }
    }

    // A parameter is used if some rank used it.
    private void ShareUse()
    {
        if (communicator.Size == 1)
            return;
        communicator.AllGather<byte>(isUsed, isUsedBy);
        for (int i = 0; i < isUsedBy.Length; i++)
            isUsed[i % isUsed.Length] |= isUsedBy[i];
    }

    private void CheckSameProgram()
    {
        string own = string.Join('\n', [$"{Options.MicroBatches} micro-batches, states {(Options.ShardsStates ? "sharded" : "whole")}, "
            + $"{Options.BucketElements} elements in a bucket", .. layout.Parameters.Select(parameter => parameter.ToString())]);
        string first = communicator.BroadcastText(communicator.IsFirst ? own : null);
        if (own == first)
            return;
        (string mine, string theirs) = own.Split('\n').Zip(first.Split('\n')).FirstOrDefault(pair => pair.First != pair.Second);
        throw new ArgumentException($"Rank {communicator.Rank} and rank 0 train with other parameters or options: "
            + (mine is null ? "the numbers of parameters differ." : $"'{mine}' here, '{theirs}' there."));
    }

    private sealed class Receiver(DataParallelOptimizer<T> owner) : IGradientReceiver<T>
    {
        private double share;

        public void Begin(double weight) => share = weight;

        public void Receive(Parameter<T> parameter, in NDArray<T> gradient)
        {
            int number = owner.layout.NumberOf(parameter);
            if (number >= 0)
                owner.sums.Take(number, gradient, share);
        }
    }

    private readonly struct Source(DataParallelOptimizer<T> owner) : IGradientSource<T>
    {
        public bool Has(Parameter<T> parameter) => owner.layout.NumberOf(parameter) is var number and >= 0 && owner.isUsed[number] != 0;

        public NDArray<T> Of(Parameter<T> parameter) => owner.gradients[owner.layout.NumberOf(parameter)];
    }
}
