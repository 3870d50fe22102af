namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// A fixed set of threads that work on the parts of one job at a time. Starting a job of a known type allocates nothing, so a training step does not touch the
/// managed heap.
/// </summary>
/// <remarks>
/// The caller works too: a pool of n threads keeps n − 1 of its own. If the pool is busy (with another thread's job, or because a job starts another), the
/// caller runs its parts alone; the result is the same, because parts are independent.
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    // A worker looks for new work this many times before it goes to sleep; a sleeping worker costs a few microseconds to wake.
    private const int SpinsBeforeSleep = 2000;

    // If there are many parts, a thread takes several at a time, because neighbours are close in memory and the counter is shared. A thread comes back this
    // many times.
    private const int TurnsOfThread = 64;

    // The value that means that no job is open to workers.
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
    /// <param name="threads">The number of threads, including the caller; at least 1.</param>
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

    /// <summary>The number of threads that work on a job, including the caller.</summary>
    public int Threads { get; }

    /// <summary>Runs parts 0 … <paramref name="parts"/> − 1 of a body and returns when all are done.</summary>
    /// <typeparam name="TBody">The body's type; a struct, so that nothing is allocated.</typeparam>
    /// <param name="parts">The number of parts.</param>
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

    /// <summary>Stops the threads. A disposed pool must not be used again.</summary>
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

        // Waits only for workers that entered: one that the system has not woken yet finds the job closed and skips it.
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
#pragma warning disable CA1031 // Any exception of a part is passed to the caller of For.
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

            // A worker enters before it checks whether the job is open, and the caller closes the job before it checks who entered, so one of the two sees the
            // other.
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
