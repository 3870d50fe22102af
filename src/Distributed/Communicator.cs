using System.Runtime.InteropServices;
using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed;

/// <summary>
/// The processes of one job, the ranks, and the messages between them. Where a launcher of MPI (mpirun, mpiexec, srun) started the process, they go through
/// the machine's MPI library, which is found when the program runs; where none did, there is one rank, and no library is needed.
/// </summary>
/// <remarks>
/// Ranks that all reach <see cref="Complete"/> end well. A rank that leaves otherwise, by an exception, <see cref="Dispose"/> or the end of the program,
/// ends the whole job (MPI_Abort), so that no other waits for it for ever. Only the thread that called <see cref="Start"/> may use a communicator (MPI's
/// "funneled"), and its calls come in the same order on all ranks. No call allocates on the managed heap unless it returns an array or text.
/// </remarks>
public sealed unsafe partial class Communicator : IDisposable
{
    /// <summary>The exit code of a job that a rank left without <see cref="Complete"/>.</summary>
    public const int AbandonedCode = 134;

    // Launchers pass on what ranks print, and drop what they have not yet read when the job is aborted.
    private static readonly TimeSpan TimeToPassOn = TimeSpan.FromMilliseconds(100);

    private static int starts;

    private readonly MpiBinding? mpi;
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly PosixSignalRegistration? termination;
    private bool isOver, isTerminated;

    private Communicator(MpiBinding? mpi)
    {
        this.mpi = mpi;
        (Rank, Size) = mpi is null ? (0, 1) : (mpi.Rank, mpi.Size);
        if (mpi is null)
            return;
        AppDomain.CurrentDomain.UnhandledException += EndAfterException;
        AppDomain.CurrentDomain.ProcessExit += EndAtExit;
        termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => isTerminated = true);
    }

    /// <summary>The number of this process, from 0.</summary>
    public int Rank { get; }

    /// <summary>The number of processes.</summary>
    public int Size { get; }

    /// <summary>Whether this is rank 0, which prints and writes for all.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>The MPI library in its own words, such as "Open MPI v4.1.4"; null without MPI.</summary>
    public string? Library => mpi?.Version;

    /// <summary>The calls of MPI, for measurements against its own collective calls; null without MPI.</summary>
    internal MpiBinding? Mpi => mpi;

    /// <summary>A communicator of one rank, without MPI.</summary>
    public static Communicator Alone() => new(null);

    /// <summary>
    /// Joins the job that this process was started in: all ranks of an MPI job, or one rank where no launcher started it. The environment variable
    /// CONSERVATIVEAD_MPI names the MPI library where it is not found by itself.
    /// </summary>
    /// <exception cref="MpiException">There is no MPI library, or it is not the launcher's; the message says what was looked for.</exception>
    /// <exception cref="InvalidOperationException">MPI was started before; it starts once in a process.</exception>
    public static Communicator Start()
    {
        MpiLauncher launcher = MpiLauncher.Detect();
        if (!launcher.IsJob)
            return Alone();
        if (Interlocked.Exchange(ref starts, 1) != 0)
            throw new InvalidOperationException("MPI starts once in a process, and has been started: pass on the communicator of the first call.");
        return new Communicator(MpiBinding.Start(launcher));
    }

    /// <summary>
    /// Runs a program as one rank of the job, and ends the job well or at once: an exception is printed and ends all ranks, and so does an exit code other than
    /// 0.
    /// </summary>
    /// <param name="program">The program; it returns the exit code.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Func<Communicator, int> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        using Communicator communicator = Start();
        int code;
        try
        {
            code = program(communicator);
        }
        catch (Exception exception) when (communicator.Size > 1)
        {
            Console.Error.WriteLine($"Rank {communicator.Rank} of {communicator.Size}: {exception}");
            communicator.Abort(1);
            throw;
        }

        if (code != 0 && communicator.Size > 1)
            communicator.Abort(code);
        communicator.Complete();
        return code;
    }

    /// <summary>Ends this rank's part well; it returns when all ranks have called it. Nothing can be sent afterwards.</summary>
    public void Complete()
    {
        if (isOver)
            return;
        CheckThread();
        isOver = true;
        Leave();
        mpi?.Complete();
    }

    /// <summary>Ends all ranks at once, from any thread. It does not return.</summary>
    /// <param name="code">The exit code, not 0.</param>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void Abort(int code)
    {
        EndJob(code);
        Environment.Exit(code);
        throw new InvalidOperationException("A process that was ended ran on.");
    }

    /// <summary>Ends all ranks if <see cref="Complete"/> was not called and there are others: they would wait for this one.</summary>
    public void Dispose()
    {
        if (isOver)
            return;
        isOver = Size == 1;
        Leave();
        if (isOver)
        {
            mpi?.Complete();
            return;
        }

        Console.Error.WriteLine($"Rank {Rank} of {Size} left without Communicator.Complete, after an exception most likely, so the job is ended. "
            + "Communicator.Run prints the exception.");
        Abort(AbandonedCode);
    }

    private void Leave()
    {
        AppDomain.CurrentDomain.UnhandledException -= EndAfterException;
        AppDomain.CurrentDomain.ProcessExit -= EndAtExit;
        termination?.Dispose();
    }

    // The runtime has printed nothing yet, and the job's end may cut it off.
    private void EndAfterException(object sender, UnhandledExceptionEventArgs exception)
    {
        Console.Error.WriteLine($"Rank {Rank} of {Size}: {exception.ExceptionObject}");
        EndJob(AbandonedCode);
    }

    private void EndAtExit(object? sender, EventArgs arguments)
    {
        if (isOver)
            return;
        if (!isTerminated)
            Console.Error.WriteLine($"Rank {Rank} of {Size} left without Communicator.Complete, so the job is ended.");
        EndJob(Environment.ExitCode == 0 ? AbandonedCode : Environment.ExitCode);
    }

    private void EndJob(int code)
    {
        isOver = true;
        Console.Out.Flush();
        Console.Error.Flush();
        if (mpi is null)
            return;
        Thread.Sleep(TimeToPassOn);
        mpi.Abort(code);
    }

    private void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new InvalidOperationException($"Thread {Environment.CurrentManagedThreadId} used the communicator of thread {thread}: only the thread that "
                + "started it may, since MPI is started for one thread. Hand the data over to that thread.");
        }
    }

    // What every call begins with.
    private void Enter()
    {
        CheckThread();
        if (isOver)
            throw new InvalidOperationException($"Rank {Rank} used its communicator after Complete; that comes last.");
    }
}
