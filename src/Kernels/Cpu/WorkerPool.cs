namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// A fixed set of threads that share the parts of one job at a time. Starting a job allocates nothing once its type has been seen,
/// which is what lets a training step run without touching the managed heap.
/// </summary>
/// <remarks>
/// The caller works too: a pool of n threads keeps n − 1 of its own. A caller that finds the pool busy (another thread's job, or a job
/// started inside a job) does its parts alone; the outcome is the same, because parts are independent.
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    // A worker looks for new work this many times before it goes to sleep; a sleeping worker costs a few microseconds to wake.
    private const int SpinsBeforeSleep = 2000;

    // Many parts are taken several at a time: neighbours lie side by side in memory, and the counter is shared. This many times a thread comes back for more.
    private const int TurnsOfThread = 64;

    // Says that no job is open to workers.
    private const int Closed = -1;

    private readonly Thread[] workers;
    private readonly SemaphoreSlim[] wakeUps;
    private readonly int[] asleep;
    private Job?[] jobs = new Job?[16];
    private Job? current;
    private int generation;
    private int nextPart;
    private int partCount;
    private int partsAtATime;
    private int openGeneration = Closed;
    private int entered;
    private int busy;
    private volatile bool stopping;
    private Exception? failure;

    /// <summary>Makes a pool.</summary>
    /// <param name="threads">How many threads take part, the caller included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        workers = new Thread[threads - 1];
        wakeUps = new SemaphoreSlim[threads - 1];
        asleep = new int[threads - 1];
        for (int i = 0; i < workers.Length; i++)
        {
            int index = i;
            wakeUps[i] = new SemaphoreSlim(0);
            workers[i] = new Thread(() => Work(index)) { IsBackground = true, Name = $"ConservativeAD worker {i + 1}" };
            workers[i].Start();
        }
    }

    /// <summary>How many threads take part in a job, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs parts 0 … <paramref name="parts"/> − 1 of a body and returns when all are done.</summary>
    /// <typeparam name="TBody">The body's type; a struct, so that nothing is allocated.</typeparam>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="body">The work.</param>
    public void For<TBody>(int parts, TBody body)
        where TBody : struct, IParallelBody
    {
        if (parts <= 1 || workers.Length == 0 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++)
                body.Run(part);
            return;
        }

        try
        {
            Job<TBody> job = JobOf<TBody>();
            job.Body = body;
            Exception? thrown = Share(job, parts);
            job.Body = default;
            if (thrown is not null)
                throw new InvalidOperationException($"A part of {typeof(TBody).Name} failed: {thrown.Message}", thrown);
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>Stops the threads. A pool that is disposed must not be used again.</summary>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        foreach (SemaphoreSlim wakeUp in wakeUps)
            wakeUp.Release();
        foreach (Thread worker in workers)
            worker.Join();
        foreach (SemaphoreSlim wakeUp in wakeUps)
            wakeUp.Dispose();
    }

    private Exception? Share(Job job, int parts)
    {
        failure = null;
        current = job;
        partCount = parts;
        partsAtATime = Math.Max(1, parts / (Threads * TurnsOfThread));
        nextPart = 0;
        int opened = Next(generation);
        Volatile.Write(ref openGeneration, opened);
        Interlocked.Exchange(ref generation, opened);
        for (int i = 0; i < workers.Length; i++)
        {
            if (Interlocked.CompareExchange(ref asleep[i], 0, 1) == 1)
                wakeUps[i].Release();
        }

        TakeParts(job);

        // Only workers that entered are waited for: one that the system has not yet woken finds the job closed and passes it by.
        Interlocked.Exchange(ref openGeneration, Closed);
        SpinWait spin = default;
        while (Volatile.Read(ref entered) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
        current = null;
        return failure;
    }

    private void TakeParts(Job job)
    {
        try
        {
            int first;
            while ((first = Interlocked.Add(ref nextPart, partsAtATime) - partsAtATime) < partCount)
            {
                int end = Math.Min(first + partsAtATime, partCount);
                for (int part = first; part < end; part++)
                    job.Run(part);
            }
        }
#pragma warning disable CA1031 // Whatever a part throws is handed to the caller of For.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, thrown, null);
            Volatile.Write(ref nextPart, int.MaxValue / 2);
        }
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            int spins = 0;
            while (Volatile.Read(ref generation) == seen && !stopping)
            {
                if (++spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                Volatile.Write(ref asleep[index], 1);
                Interlocked.MemoryBarrier();
                bool workArrived = Volatile.Read(ref generation) != seen || stopping;
                if (!workArrived || Interlocked.CompareExchange(ref asleep[index], 0, 1) == 0)
                    wakeUps[index].Wait();
                spins = 0;
            }

            if (stopping)
                return;
            seen = Volatile.Read(ref generation);

            // Entering comes before the look at the door, and closing before the look at who is inside: one of the two sees the other.
            Interlocked.Increment(ref entered);
            if (Volatile.Read(ref openGeneration) == seen)
                TakeParts(current!);
            Interlocked.Decrement(ref entered);
        }
    }

    private static int Next(int generation) => generation == int.MaxValue ? 0 : generation + 1;

    private Job<TBody> JobOf<TBody>()
        where TBody : struct, IParallelBody
    {
        int id = JobNumber<TBody>.Value;
        if (id >= jobs.Length)
            Array.Resize(ref jobs, Math.Max(id + 1, 2 * jobs.Length));
        return (Job<TBody>)(jobs[id] ??= new Job<TBody>());
    }

    private abstract class Job
    {
        public abstract void Run(int part);
    }

    private sealed class Job<TBody> : Job
        where TBody : struct, IParallelBody
    {
        public TBody Body;

        public override void Run(int part) => Body.Run(part);
    }

    private static class JobNumbers
    {
        private static int last = -1;

        public static int Next() => Interlocked.Increment(ref last);
    }

    private static class JobNumber<TBody>
    {
        public static readonly int Value = JobNumbers.Next();
    }
}
