using System.Numerics;
using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>
/// Sums vectors of micro-batches over all ranks along the balanced tree (<see cref="MicroBatchTree"/>), bucket by bucket: each rank sums what it can of its own
/// micro-batches, sends every rank that rank's segment of the nodes, and ends the tree for its own segment. Where all ranks need the sums, the segments then go
/// to all. Per rank about twice the vector leaves and comes, as in a ring. Buckets are sent when they are complete, while others are still computed.
/// </summary>
/// <typeparam name="A">The type that is summed: float or double.</typeparam>
internal sealed unsafe class TreeExchange<A> : IDisposable
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
{
    /// <summary>The most buckets that there are tags for.</summary>
    public const int MostBuckets = 5000;

    private readonly int rank, size, reductionTag, gatherTag;
    private readonly PendingMessages? messages;
    private readonly Segment[][] segments;
    private readonly (long Start, long End)[] ranges;
    private readonly int[] ownSegments;
    private readonly bool gathers;
    private readonly RankPlan plan;
    private readonly FoldPlan fold;
    private readonly NativeBuffer<A>[] planes;
    private readonly NativeBuffer<A>? staging, sums;
    private readonly long sumsStart;
    private readonly long[] stagingStarts;
    private readonly int[] numberOfRemoteNode;
    private readonly Message[] coming;
    private readonly int[] done, completed, folded;
    private bool isUnderWay;

    /// <summary>Prepares sums.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="microBatches">The number of micro-batches.</param>
    /// <param name="segments">For each bucket its segments, in the order of their owners; a bucket's segments follow each other.</param>
    /// <param name="gathers">Whether all ranks get all sums; otherwise each gets those of its own segments.</param>
    /// <param name="channel">0 or 1; sums that are under way at the same time have different ones.</param>
    public TreeExchange(Communicator communicator, int microBatches, Segment[][] segments, bool gathers, int channel = 0)
    {
        reductionTag = Communicator.ReductionTag + (2 * MostBuckets * channel);
        gatherTag = reductionTag + MostBuckets;
        (rank, size, this.segments, this.gathers) = (communicator.Rank, communicator.Size, segments, gathers);
        messages = size > 1 ? new PendingMessages(communicator.Mpi!) : null;
        ranges = [.. segments.Select(bucket => (bucket[0].Start, bucket[^1].End))];
        ownSegments = [.. segments.Select(bucket => Array.FindIndex(bucket, segment => segment.Owner == rank && segment.Length > 0))];
        (int first, int end) = MicroBatchTree.PartOf(microBatches, rank, size);
        plan = RankPlan.Of(microBatches, first, end);
        fold = FoldPlan.Of(microBatches, size);
        long length = ranges.Length == 0 ? 0 : ranges[^1].End;
        planes = [.. Enumerable.Range(0, plan.Planes).Select(_ => new NativeBuffer<A>(length))];
        (done, completed, folded) = (new int[segments.Length], new int[segments.Length], new int[segments.Length]);
        numberOfRemoteNode = new int[fold.Nodes.Length];
        coming = new Message[segments.Length * fold.Nodes.Length];
        stagingStarts = new long[segments.Length];
        int remote = 0;
        for (int node = 0; node < fold.Nodes.Length; node++)
            numberOfRemoteNode[node] = fold.Nodes[node].Rank == rank ? -1 : remote++;
        if (size == 1)
            return;
        long staged = 0, owned = 0, firstOwned = long.MaxValue;
        for (int bucket = 0; bucket < segments.Length; bucket++)
        {
            stagingStarts[bucket] = staged;
            if (ownSegments[bucket] < 0)
                continue;
            Segment own = segments[bucket][ownSegments[bucket]];
            staged += (long)own.Length * remote;
            firstOwned = Math.Min(firstOwned, own.Start);
            owned = Math.Max(owned, own.End);
        }

        staging = new NativeBuffer<A>(staged);
        sumsStart = gathers || owned == 0 ? 0 : firstOwned;
        sums = new NativeBuffer<A>(gathers ? length : owned - sumsStart);
    }

    /// <summary>The number of micro-batches of this rank.</summary>
    public int MicroBatches => plan.Steps.Length;

    /// <summary>The number of elements that a rank sends and receives for one sum, with the copies that the tree needs, from all buckets.</summary>
    public long ElementsSent
    {
        get
        {
            long sent = 0;
            for (int bucket = 0; bucket < segments.Length; bucket++)
            {
                foreach (Segment segment in segments[bucket])
                    sent += segment.Owner == rank ? (gathers ? (long)segment.Length * (size - 1) : 0) : (long)segment.Length * plan.PlanesOfNodes.Length;
            }

            return sent;
        }
    }

    /// <summary>Begins a sum: what other ranks send can come from now on.</summary>
    public void Begin()
    {
        if (isUnderWay)
            throw new InvalidOperationException("A sum over the ranks is under way; end it before another begins.");
        isUnderWay = true;
        Array.Clear(done);
        Array.Clear(completed);
        Array.Clear(folded);
        if (messages is null)
            return;
        for (int bucket = 0; bucket < segments.Length; bucket++)
        {
            if (ownSegments[bucket] >= 0)
            {
                int length = segments[bucket][ownSegments[bucket]].Length;
                for (int node = 0; node < fold.Nodes.Length; node++)
                {
                    if (fold.Nodes[node].Rank != rank)
                        coming[(bucket * fold.Nodes.Length) + node] = messages.Receive((byte*)Staged(bucket, node, length), (long)length * sizeof(A),
                            fold.Nodes[node].Rank, reductionTag + bucket);
                }
            }

            if (!gathers)
                continue;
            foreach (Segment segment in segments[bucket])
            {
                if (segment.Owner != rank && segment.Length > 0)
                    messages.Receive((byte*)SumsAt(segment.Start), (long)segment.Length * sizeof(A), segment.Owner, gatherTag + bucket);
            }
        }
    }

    /// <summary>Takes elements of the current micro-batch into a bucket.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="bucket">The bucket.</param>
    /// <param name="start">Where the elements go.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="weight">Their factor.</param>
    public void Take<T>(int bucket, long start, ReadOnlySpan<T> elements, A weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MicroBatchStep step = CurrentStep(bucket);
        VectorSums.Take(elements, weight, step.Adds, new Span<A>(planes[step.Plane].Pointer + start, elements.Length));
    }

    /// <summary>Takes zeros of the current micro-batch into a bucket.</summary>
    public void TakeZeros(int bucket, long start, int length)
    {
        MicroBatchStep step = CurrentStep(bucket);
        VectorSums.TakeZeros(step.Adds, new Span<A>(planes[step.Plane].Pointer + start, length));
    }

    /// <summary>Ends the current micro-batch of a bucket, all of whose elements were taken, and sends what is complete by that.</summary>
    public void CompleteMicroBatch(int bucket)
    {
        MicroBatchStep step = CurrentStep(bucket);
        done[bucket]++;
        (long start, long end) = ranges[bucket];
        int length = (int)(end - start);
        foreach ((int into, int from) in step.Sums)
        {
            Span<A> left = new(planes[into].Pointer + start, length);
            VectorSums.Add(left, new ReadOnlySpan<A>(planes[from].Pointer + start, length), left);
        }

        if (step.Completes)
        {
            A* plane = planes[plan.PlanesOfNodes[completed[bucket]++]].Pointer;
            foreach (Segment segment in segments[bucket])
            {
                if (segment.Owner != rank && segment.Length > 0)
                    messages!.Send((byte*)(plane + segment.Start), (long)segment.Length * sizeof(A), segment.Owner, reductionTag + bucket);
            }
        }

        Advance();
    }

    /// <summary>Goes on with what has come, without waiting.</summary>
    /// <returns>Whether the sums of all own segments are made.</returns>
    public bool Advance()
    {
        bool all = true;
        for (int bucket = 0; bucket < segments.Length; bucket++)
            all &= Fold(bucket);
        return all;
    }

    /// <summary>Waits for the sums.</summary>
    /// <exception cref="InvalidOperationException">This rank has not given all its micro-batches.</exception>
    public void Finish()
    {
        if (!isUnderWay)
            throw new InvalidOperationException("No sum over the ranks was begun.");
        foreach (int count in done)
        {
            if (count != plan.Steps.Length)
                throw new InvalidOperationException($"Rank {rank} has summed {count} of its {plan.Steps.Length} micro-batches; each takes part in every step.");
        }

        Patience patience = default;
        while (!Advance() || messages?.AreAllDone() == false)
            patience.Wait();
        isUnderWay = false;
    }

    /// <summary>The sums from an element on, after <see cref="Finish"/>.</summary>
    public ReadOnlySpan<A> Sums(long start, int length) => new(size == 1 ? planes[plan.PlanesOfNodes[0]].Pointer + start : SumsAt(start), length);

    public void Dispose()
    {
        foreach (NativeBuffer<A> plane in planes)
            plane.Dispose();
        staging?.Dispose();
        sums?.Dispose();
    }

    // Adds the nodes that have come, in order. Whether all have.
    private bool Fold(int bucket)
    {
        if (size == 1 || ownSegments[bucket] < 0 || folded[bucket] == fold.Nodes.Length)
            return true;
        Segment own = segments[bucket][ownSegments[bucket]];
        while (folded[bucket] < fold.Nodes.Length)
        {
            int node = folded[bucket];
            (int from, int place) = fold.Nodes[node];
            if (from == rank ? completed[bucket] <= place : !messages!.IsDone(coming[(bucket * fold.Nodes.Length) + node]))
                return false;
            folded[bucket]++;
            (int Into, int From)[] after = fold.Sums[node];
            for (int i = 0; i < after.Length; i++)
            {
                // The last sum of all is written where the sums are.
                bool isLast = node == fold.Nodes.Length - 1 && i == after.Length - 1;
                A* left = NodeAt(bucket, after[i].Into, own);
                VectorSums.Add(new ReadOnlySpan<A>(left, own.Length), new ReadOnlySpan<A>(NodeAt(bucket, after[i].From, own), own.Length),
                    new Span<A>(isLast ? SumsAt(own.Start) : left, own.Length));
            }
        }

        if (fold.Nodes.Length == 1)
            new ReadOnlySpan<A>(NodeAt(bucket, 0, own), own.Length).CopyTo(new Span<A>(SumsAt(own.Start), own.Length));
        if (!gathers)
            return true;
        for (int distance = 1; distance < size; distance++)
            messages!.Send((byte*)SumsAt(own.Start), (long)own.Length * sizeof(A), (rank + distance) % size, gatherTag + bucket);
        return true;
    }

    private A* NodeAt(int bucket, int node, Segment own) =>
        fold.Nodes[node].Rank == rank ? planes[plan.PlanesOfNodes[fold.Nodes[node].Place]].Pointer + own.Start : Staged(bucket, node, own.Length);

    private A* Staged(int bucket, int node, int length) => staging!.Pointer + stagingStarts[bucket] + ((long)length * numberOfRemoteNode[node]);

    private A* SumsAt(long start) => sums!.Pointer + (start - sumsStart);

    private MicroBatchStep CurrentStep(int bucket)
    {
        if (!isUnderWay)
            throw new InvalidOperationException("No sum over the ranks was begun.");
        return done[bucket] < plan.Steps.Length
            ? plan.Steps[done[bucket]]
            : throw new InvalidOperationException($"Rank {rank} has {plan.Steps.Length} micro-batches of a step, and was given one more.");
    }
}
