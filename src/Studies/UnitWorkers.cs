using System.Runtime.ExceptionServices;
using ConservativeAD.Studies.Ranks;

namespace ConservativeAD.Studies;

/// <summary>Does the units of a study on several threads, each of which takes the next unit when it has finished one.</summary>
/// <param name="threads">The number of threads.</param>
/// <param name="dealer">Hands out the units; all are this process's if null.</param>
internal sealed class UnitWorkers(int threads, IUnitDealer? dealer = null)
{
    private const int PatienceInMilliseconds = 200;

    /// <summary>Does units until they are done, cancelled, or one of them fails.</summary>
    /// <typeparam name="TUnit">A unit.</typeparam>
    /// <typeparam name="TOwn">What each thread keeps for itself.</typeparam>
    /// <param name="units">The units.</param>
    /// <param name="own">Makes what a thread keeps; it is disposed of with the thread.</param>
    /// <param name="work">Does a unit. Its token is cancelled if another unit fails, too.</param>
    /// <param name="cancellation">Stops it. Units in flight are lost.</param>
    /// <returns>Whether every thread has ended; after cancellation those in the middle of a long unit are not waited for.</returns>
    public bool Run<TUnit, TOwn>(IReadOnlyList<TUnit> units, Func<CancellationToken, TOwn?> own, Action<TOwn?, TUnit, CancellationToken> work,
        CancellationToken cancellation)
        where TOwn : class, IDisposable
    {
        Func<int?> next = (dealer ?? new OwnUnits()).Begin(units.Count);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        CancellationToken stopped = stop.Token;
        ExceptionDispatchInfo? failure = null;

        void Work()
        {
            TOwn? kept = null;
            try
            {
                kept = own(stopped);
                while (!stopped.IsCancellationRequested && next() is { } place)
                    work(kept, units[place], stopped);
            }
            catch (OperationCanceledException)
            {
                // The current unit is lost; it is repeated on resumption.
            }
            catch (Exception problem)
            {
                if (Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(problem), null) is null && !stopped.IsCancellationRequested)
                    stop.Cancel();
            }
            finally
            {
                kept?.Dispose();
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Min(threads, units.Count)).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers)
            worker.Start();
        if (!workers.All(worker => Joined(worker, cancellation)))
            return false;
        failure?.Throw();
        return true;
    }

    private static bool Joined(Thread worker, CancellationToken cancellation)
    {
        while (!worker.Join(PatienceInMilliseconds))
        {
            if (cancellation.IsCancellationRequested)
                return worker.Join(PatienceInMilliseconds);
        }

        return true;
    }
}
